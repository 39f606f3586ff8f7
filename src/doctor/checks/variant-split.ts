import { type Backend, backendName } from "../../kernel/variant.ts";
import type { VariantRules } from "../../kernel/read-everywhere.ts";
import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";
import { hasNftables } from "../nft-standing.ts";
import { ourVariants } from "../standing.ts";

const check = "variant";

/** Chains of those who decide which iptables a node uses. Kubelet's are in both where it has been told so. */
const NEIGHBOUR = /^(?:KUBE-(?!IPTABLES-HINT|KUBELET-CANARY|PROXY-CANARY)|FLANNEL-)/;

const hasNeighbour = ({ reading }: VariantRules): boolean =>
  reading.kind === "read" &&
  reading.tables.some(({ chains, rules }) =>
    chains.some((chain) => NEIGHBOUR.test(chain) && rules.some((rule) => rule.chain === chain)),
  );

/** Rules of the two iptables and of nftables do not see each other, but every packet meets all. */
export function variantSplit(facts: NodeFacts): Finding[] {
  const ours: readonly Backend[] = [
    ...ourVariants(facts),
    ...(hasNftables(facts) ? (["nftables"] as const) : []),
  ];
  const theirs = [...new Set(facts.rules.filter(hasNeighbour).map(({ variant }) => variant))];
  const [our] = ours;
  if (ours.length > 1)
    return [
      {
        check,
        status: "fail",
        message: `Selvedge's rules stand in ${ours.map(backendName).join(" and ")}: what is not the enforcer's is left over, and denies what it denied when it was left`,
        mend: "See in the enforcer's log which it writes to, and run `selvedge cleanup --backend` with the other (nft, legacy, nftables): nothing is opened by that.",
      },
    ];
  if (our !== undefined && our !== "nftables" && theirs.length > 0 && !theirs.includes(our))
    return [
      {
        check,
        status: "warn",
        message: `Selvedge writes to iptables-${our}, but kube-proxy or flannel to iptables-${theirs.join(", ")}: policies hold, but whoever looks at one sees half`,
        mend: `Start the enforcer with \`--backend ${theirs[0]}\` after \`selvedge cleanup\`, or let it choose (\`auto\`).`,
      },
    ];
  if (theirs.length > 1)
    return [
      {
        check,
        status: "warn",
        message: "rules of kube-proxy or flannel stand in iptables-nft and iptables-legacy",
        mend: "Find out which half is left over (whose counters stand still) and remove it, or reboot the node.",
      },
    ];
  if (our === "nftables") return [ok(check, "nftables, beside everybody's")];
  if (our === undefined)
    return [ok(check, `nothing of Selvedge stands; an enforcer would choose ${backendName(facts.backend)}`)];
  return [ok(check, `iptables-${our}, as its neighbours`)];
}
