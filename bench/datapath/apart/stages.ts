import { jumpOf } from "../../../src/kernel/saved-rules.ts";
import type { Backend as NodeIptables } from "../../../src/lab/backend.ts";
import { FORWARD_CHAIN, classChain, dispatchChain, judgingChain } from "../../../src/render/names.ts";
import { nftWords } from "../../../src/render/rule-text.ts";
import type { FamilyRuleset } from "../../../src/render/ruleset.ts";
import { type Contestant, type Cut, selvedgeBut, selvedgeByNftablesBut } from "../contestants.ts";

type Rewrite = (rules: readonly string[], chain: string) => readonly string[];

const rewritten =
  (rewrite: Rewrite): Cut =>
  (whole: FamilyRuleset) => ({
    ...whole,
    chains: new Map([...whole.chains].map(([chain, rules]) => [chain, rewrite(rules, chain)])),
  });

const inClasses = (rewrite: (rules: readonly string[]) => readonly string[]): Cut =>
  rewritten((rules, chain) => (chain.startsWith(classChain("")) ? rewrite(rules) : rules));

const dispatch: readonly string[] = [dispatchChain("egress"), dispatchChain("ingress")];

interface NamedCut {
  readonly name: string;
  readonly cut: Cut;
}

/** What differs between layouts in how their rules are taken apart. */
interface Words {
  /** Where packets are led that are to be judged. */
  readonly entrance: string;
  readonly leadsToAddresses: (rule: string) => boolean;
  readonly pass: string;
  /** A rule that lets pass, without the sets that it asks. */
  readonly withoutSets: (rule: string) => string;
  readonly withoutComment: (rule: string) => string;
}

/** Rules of a layout, more and more of them, so that what each part costs is the difference. */
const cutsOf = (words: Words): readonly NamedCut[] => {
  const atEntrance = (rewrite: (rules: readonly string[]) => readonly string[]): Cut =>
    rewritten((rules, chain) => (chain === words.entrance ? rewrite(rules) : rules));
  return [
    { name: "the hook alone", cut: atEntrance(() => []) },
    {
      name: "and what comes before addresses",
      cut: atEntrance((rules) => rules.filter((rule) => !words.leadsToAddresses(rule))),
    },
    { name: "and the ways to the classes, which let all pass", cut: inClasses(() => [words.pass]) },
    {
      name: "and the classes' ports, without sets",
      cut: inClasses((rules) => rules.map(words.withoutSets)),
    },
    { name: "and the classes' sets: everything", cut: (whole) => whole },
    {
      name: "everything, without a comment",
      cut: rewritten((rules) => rules.map(words.withoutComment)),
    },
  ];
};

/** Of iptables: tries lead to the classes. */
export const iptablesCuts = cutsOf({
  entrance: FORWARD_CHAIN,
  leadsToAddresses: (rule) => dispatch.includes(jumpOf(rule)?.to ?? ""),
  pass: "-j RETURN",
  withoutSets: (rule) => rule.replaceAll(/-m set --match-set \S+ \S+ /g, ""),
  withoutComment: (rule) => rule.replace(/-m comment --comment "[^"]*" /, ""),
});

/** Of nftables: maps do. */
export const nftablesCuts = cutsOf({
  entrance: judgingChain("FORWARD"),
  leadsToAddresses: (rule) => dispatch.some((chain) => ` ${rule}`.includes(` jump ${chain} `)),
  pass: "return",
  withoutSets: (rule) =>
    rule.includes(" counter return ") ? rule.replaceAll(/ip6? [sd]addr @\S+ /g, "") : rule,
  withoutComment: nftWords,
});

/** One layout, on a node with one iptables. */
export interface Layout {
  readonly name: string;
  readonly iptables: NodeIptables;
  readonly stages: readonly Contestant[];
}

const byIptables = iptablesCuts.map(({ name, cut }) => selvedgeBut(name, cut));
const byNftables = nftablesCuts.map(({ name, cut }) => selvedgeByNftablesBut(name, cut));

export const layouts: readonly Layout[] = [
  { name: "iptables-legacy", iptables: "legacy", stages: byIptables },
  { name: "iptables-nft", iptables: "nft", stages: byIptables },
  { name: "nftables", iptables: "nft", stages: byNftables },
  { name: "nftables beside legacy", iptables: "legacy", stages: byNftables },
];
