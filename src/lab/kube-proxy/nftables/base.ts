import { type DualStack, SERVICE_NETWORK } from "../../addressing.ts";
import type { Family } from "../../backend.ts";

/** nft's word for the family, in tables and in matches. */
export const IP: Readonly<Record<Family, string>> = { v4: "ip", v6: "ip6" };

/** A chain or set or map, and what is said of it. */
type Named = readonly [name: string, body: string];

const sets = (address: string): readonly Named[] => [
  ["set cluster-ips", `type ${address} ;`],
  ["set nodeport-ips", `type ${address} ;`],
  ["map no-endpoint-nodeports", "type inet_proto . inet_service : verdict ;"],
  ["map no-endpoint-services", `type ${address} . inet_proto . inet_service : verdict ;`],
  ["map service-ips", `type ${address} . inet_proto . inet_service : verdict ;`],
  ["map service-nodeports", "type inet_proto . inet_service : verdict ;"],
];

const CHAINS: readonly Named[] = [
  ["filter-forward", "type filter hook forward priority 0 ;"],
  ["filter-input", "type filter hook input priority 0 ;"],
  ["filter-output", "type filter hook output priority 0 ;"],
  ["nat-output", "type nat hook output priority -100 ;"],
  ["nat-postrouting", "type nat hook postrouting priority 100 ;"],
  ["nat-prerouting", "type nat hook prerouting priority -100 ;"],
  ...[
    "cluster-ips-check",
    "mark-for-masquerade",
    "masquerading",
    "nodeport-endpoints-check",
    "reject-chain",
    "services",
    "service-endpoints-check",
  ].map((name): Named => [name, ""]),
];

const rules = (ip: string, network: string): readonly Named[] => [
  ["cluster-ips-check", `${ip} daddr @cluster-ips reject`],
  ["cluster-ips-check", `${ip} daddr { ${network} } drop`],
  ["filter-forward", "ct state new jump service-endpoints-check"],
  ["filter-forward", "ct state new jump cluster-ips-check"],
  ["filter-input", "ct state new jump nodeport-endpoints-check"],
  ["filter-input", "ct state new jump service-endpoints-check"],
  ["filter-output", "ct state new jump service-endpoints-check"],
  ["filter-output", "ct state new jump cluster-ips-check"],
  ["mark-for-masquerade", "mark set mark or 0x4000"],
  ["masquerading", "mark and 0x4000 == 0 return"],
  ["masquerading", "mark set mark xor 0x4000"],
  ["masquerading", "masquerade fully-random"],
  ["nat-output", "jump services"],
  ["nat-postrouting", "jump masquerading"],
  ["nat-prerouting", "jump services"],
  [
    "nodeport-endpoints-check",
    `${ip} daddr @nodeport-ips meta l4proto . th dport vmap @no-endpoint-nodeports`,
  ],
  ["reject-chain", "reject"],
  ["services", `${ip} daddr . meta l4proto . th dport vmap @service-ips`],
  ["services", `${ip} daddr @nodeport-ips meta l4proto . th dport vmap @service-nodeports`],
  ["service-endpoints-check", `${ip} daddr . meta l4proto . th dport vmap @no-endpoint-services`],
];

/** What of the table stands without any Service, as nft's commands. Nothing here is for load balancers: the lab has none. */
export function baseCommands(family: Family, nodeAddresses: DualStack): string[] {
  const ip = IP[family];
  const table = `${ip} kube-proxy`;
  const braced = (body: string): string => (body === "" ? "" : ` { ${body} }`);
  return [
    ...sets(family === "v4" ? "ipv4_addr" : "ipv6_addr").map(([name, body]) => {
      const [kind, ...rest] = name.split(" ");
      return `add ${kind} ${table} ${rest.join(" ")} { ${body} }`;
    }),
    ...CHAINS.map(([name, body]) => `add chain ${table} ${name}${braced(body)}`),
    ...rules(ip, SERVICE_NETWORK[family]).map(([chain, rule]) => `add rule ${table} ${chain} ${rule}`),
    `add element ${table} nodeport-ips { ${nodeAddresses[family]} }`,
  ];
}
