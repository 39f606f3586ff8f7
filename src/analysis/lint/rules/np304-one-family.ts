import { type Address, type Family, families } from "../../../core/address.ts";
import { parseCidr } from "../../../core/cidr.ts";
import { manifests, pod, policy } from "../example.ts";
import type { LintContext } from "../lint-context.ts";
import type { Hit, LintRule } from "../lint-rule.ts";
import type { WrittenRule } from "../written-rules.ts";

const EVERYWHERE: Readonly<Record<Family, string>> = { IPv4: "0.0.0.0/0", IPv6: "::/0" };

function isDualStack({ pods, nodes, services }: LintContext): boolean {
  const known: readonly Address[] = [
    ...pods.flatMap(({ pod: { addresses } }) => (addresses === "unknown" ? [] : addresses)),
    ...nodes.flatMap(({ addresses }) => addresses),
    ...services.flatMap(({ addresses }) => addresses),
  ];
  return families.every((family) => known.some((address) => address.family === family));
}

function hits({ policy: at, peers }: WrittenRule): Hit[] {
  const blocks = peers.flatMap(({ peer: { ipBlock }, path }) => {
    const block = ipBlock === undefined ? undefined : parseCidr(ipBlock.cidr);
    return block === undefined ? [] : [{ block, path }];
  });
  return families.flatMap((family) => {
    const other: Family = family === "IPv4" ? "IPv6" : "IPv4";
    const everywhere = blocks.find(({ block }) => block.family === family && block.length === 0);
    if (everywhere === undefined || blocks.some(({ block }) => block.family === other)) return [];
    return [
      {
        at,
        path: [...everywhere.path, "ipBlock", "cidr"],
        message: `the rule allows ${EVERYWHERE[family]} and no ${other} address, in a cluster that has both`,
        label: `${family} only`,
        help: `add a peer \`ipBlock: {cidr: "${EVERYWHERE[other]}"}\`, with its own exceptions`,
      },
    ];
  });
}

const web = `${pod("shop/web", "app: web").trimEnd()}
status: {podIPs: [{ip: 10.244.1.5}, {ip: "fd00:10:244:1::5"}]}
`;
const from = (more: string): string =>
  policy(
    "shop/web",
    `podSelector: {}
policyTypes: [Ingress]
ingress:
  - from:
      - ipBlock: {cidr: 0.0.0.0/0}${more}`,
  );

export const np304: LintRule = {
  code: "NP304",
  name: "one-family",
  severity: "warning",
  summary:
    "A rule allows everywhere in one address family, and nothing in the other, in a dual-stack cluster.",
  explanation: `A policy isolates both families, whatever its rules speak of. \`0.0.0.0/0\` is every IPv4 address and no IPv6 address, so in a
dual-stack cluster half of the clients are shut out, those half that are hardest to debug. Said where pods, nodes or Services
here have addresses of both families. A rule without peers is everywhere in both.

\`--fix\` leaves it alone, since the mend allows more.`,
  bad: manifests(web, from("")),
  good: manifests(web, from('\n      - ipBlock: {cidr: "::/0"}')),
  check: (context) => (isDualStack(context) ? context.rules.flatMap(hits) : []),
};
