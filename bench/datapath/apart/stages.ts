import { jumpOf } from "../../../src/kernel/saved-rules.ts";
import { FORWARD_CHAIN, classChain, dispatchChain } from "../../../src/render/names.ts";
import type { FamilyRuleset } from "../../../src/render/ruleset.ts";
import { type Contestant, type Cut, selvedgeBut } from "../contestants.ts";

type Rewrite = (rules: readonly string[], chain: string) => readonly string[];

const rewritten =
  (rewrite: Rewrite): Cut =>
  (whole: FamilyRuleset) => ({
    ...whole,
    chains: new Map([...whole.chains].map(([chain, rules]) => [chain, rewrite(rules, chain)])),
  });

const inClasses = (rewrite: (rules: readonly string[]) => readonly string[]): Cut =>
  rewritten((rules, chain) => (chain.startsWith(classChain("")) ? rewrite(rules) : rules));

const tries: ReadonlySet<string> = new Set([dispatchChain("egress"), dispatchChain("ingress")]);
const leadsToTrie = (rule: string): boolean => tries.has(jumpOf(rule)?.to ?? "");

const SETS = /-m set --match-set \S+ \S+ /g;
const COMMENT = /-m comment --comment "[^"]*" /;

interface NamedCut {
  readonly name: string;
  readonly cut: Cut;
}

/** Our rules, more and more of them, so that what each part costs is the difference. */
export const cuts: readonly NamedCut[] = [
  {
    name: "the hook, and an empty chain",
    cut: rewritten((rules, chain) => (chain === FORWARD_CHAIN ? [] : rules)),
  },
  {
    name: "and what comes before the tries",
    cut: rewritten((rules, chain) =>
      chain === FORWARD_CHAIN ? rules.filter((rule) => !leadsToTrie(rule)) : rules,
    ),
  },
  { name: "and both tries; every class lets all pass", cut: inClasses(() => ["-j RETURN"]) },
  {
    name: "and the classes' ports, without sets",
    cut: inClasses((rules) => rules.map((rule) => rule.replaceAll(SETS, ""))),
  },
  { name: "and the classes' sets: everything", cut: (whole) => whole },
  {
    name: "everything, and no comment in any trie or class",
    cut: rewritten((rules) => rules.map((rule) => rule.replace(COMMENT, ""))),
  },
];

export const stages: readonly Contestant[] = cuts.map(({ name, cut }) => selvedgeBut(name, cut));
