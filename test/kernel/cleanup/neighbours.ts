import { nodeAddressing } from "../../../src/lab/addressing.ts";
import { type Backend, FAMILIES, type Family, iptablesCommand } from "../../../src/lab/backend.ts";
import { flannelRules } from "../../../src/lab/flannel/rules.ts";
import { kubeProxyRules } from "../../../src/lab/kube-proxy/rules.ts";
import type { Service } from "../../../src/lab/kube-proxy/service.ts";
import type { OwnNetns } from "../own-netns.ts";

export const service: Service = {
  namespace: "shop",
  name: "web",
  clusterIPs: ["10.96.0.7", "fd00:10:96::7"],
  externalTrafficPolicy: "Cluster",
  ports: [
    {
      protocol: "TCP",
      port: 80,
      nodePort: 30_080,
      endpoints: [
        { address: "10.244.1.5", port: 8080, node: "node1" },
        { address: "fd00:10:244:1::5", port: 8080, node: "node1" },
      ],
    },
  ],
};

/** Docker's shape: isolation by two stages, a chain for the user, ports that are published. */
const docker = (loopback: string): string => `*nat
:DOCKER - [0:0]
-A PREROUTING -m addrtype --dst-type LOCAL -j DOCKER
-A OUTPUT ! -d ${loopback} -m addrtype --dst-type LOCAL -j DOCKER
-A DOCKER -i docker0 -j RETURN
COMMIT
*filter
:DOCKER - [0:0]
:DOCKER-USER - [0:0]
:DOCKER-ISOLATION-STAGE-1 - [0:0]
:DOCKER-ISOLATION-STAGE-2 - [0:0]
-A FORWARD -j DOCKER-USER
-A FORWARD -j DOCKER-ISOLATION-STAGE-1
-A FORWARD -o docker0 -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A FORWARD -i docker0 ! -o docker0 -j ACCEPT
-A DOCKER-ISOLATION-STAGE-1 -i docker0 ! -o docker0 -j DOCKER-ISOLATION-STAGE-2
-A DOCKER-ISOLATION-STAGE-1 -j RETURN
-A DOCKER-ISOLATION-STAGE-2 -o docker0 -j DROP
-A DOCKER-USER -j RETURN
COMMIT
`;

/** Rules that look like ours, and are not; chains of ours by name, in tables that we never write. */
const odd = `*raw
:SV-RAW - [0:0]
-A PREROUTING -p tcp -m tcp --dport 7 -j SV-RAW
-A SV-RAW -m comment --comment "-j SELVEDGE-FORWARD #sujihrvy3z" -j RETURN
COMMIT
*filter
:SELVEDGE-FORWARD - [0:0]
-A FORWARD -m comment --comment "Selvedge: NetworkPolicy #agelhylnkc" -j SELVEDGE-FORWARD
-A SELVEDGE-FORWARD -p udp -m udp --dport 7 -j DROP
COMMIT
*mangle
:SV - [0:0]
:SVC-WEB - [0:0]
:SELVEDGE - [0:0]
-A PREROUTING -p tcp -m tcp --dport 9 -j MARK --set-xmark 0x1/0x1
-A FORWARD -p tcp -m tcp --tcp-flags SYN,RST SYN -j TCPMSS --clamp-mss-to-pmtu
-A FORWARD -m comment --comment "-j SELVEDGE-FORWARD #agelhylnkc" -j SV
-A FORWARD -m set --match-set SVX-theirs src -j SVC-WEB
-A OUTPUT -m comment --comment "a \\"quoted\\" SV-INGRESS" -j SELVEDGE
-A SV -m set --match-set theirs dst -j ACCEPT
-A SVC-WEB -m limit --limit 3/min -j LOG --log-prefix "-j SV-C-x "
COMMIT
`;

const SETS = [
  "create theirs hash:net",
  "create SVX-theirs hash:ip",
  "create SV4 hash:ip",
  "add SV4 10.9.9.9",
];

/** What other programs have on a node before Selvedge comes: flannel, kube-proxy, Docker, and somebody with odd taste. */
export async function moveIn(netns: OwnNetns, backend: Backend): Promise<void> {
  await netns.sh("ipset -exist restore", `${SETS.join("\n")}\n`);
  const sixes = ["create theirs6 hash:net family inet6", "create SVX-theirs6 hash:ip family inet6"];
  await netns.sh("ipset -exist restore", `${sixes.join("\n")}\n`);
  for (const family of FAMILIES) {
    const restore = `${iptablesCommand(backend, family, "restore")} --noflush`;
    for (const text of [flannelRules(nodeAddressing(1), family), rulesOf(family), oddOf(family)])
      await netns.sh(restore, text);
    await netns.sh(restore, docker(family === "v4" ? "127.0.0.0/8" : "::1/128"));
  }
}

const rulesOf = (family: Family): string =>
  kubeProxyRules({ services: [service], node: "node1", family, standing: "" });

const oddOf = (family: Family): string =>
  family === "v4" ? odd : odd.replaceAll("SVX-theirs", "SVX-theirs6").replaceAll("set theirs", "set theirs6");

/**
 * Everything that stands in a namespace, to the byte and with the counters of rules, but the time of day and the counters
 * of policies: those iptables-legacy sets to 0 at every write, whoever writes.
 */
export async function everything(netns: OwnNetns): Promise<string> {
  const saves = ["iptables-nft", "ip6tables-nft", "iptables-legacy", "ip6tables-legacy"].map(
    (program) => `${program}-save -c 2>/dev/null`,
  );
  const text = await netns.sh([...saves, "ipset save -sorted"].join("; "));
  return text.replaceAll(/^# .*\n/gm, "").replaceAll(/^(:.*) \[\d+:\d+\]$/gm, "$1");
}
