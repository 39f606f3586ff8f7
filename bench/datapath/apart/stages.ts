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

/** Our rules, more and more of them, so that what each part costs is the difference. */
export const stages: readonly Contestant[] = [
  selvedgeBut(
    "the hook, and an empty chain",
    rewritten((rules, chain) => (chain === FORWARD_CHAIN ? [] : rules)),
  ),
  selvedgeBut(
    "and what comes before the tries",
    rewritten((rules, chain) =>
      chain === FORWARD_CHAIN ? rules.filter((rule) => !leadsToTrie(rule)) : rules,
    ),
  ),
  selvedgeBut(
    "and both tries; every class lets all pass",
    inClasses(() => ["-j RETURN"]),
  ),
  selvedgeBut(
    "and the classes' ports, without sets",
    inClasses((rules) => rules.map((rule) => rule.replaceAll(SETS, ""))),
  ),
  selvedgeBut("and the classes' sets: everything", (whole) => whole),
  selvedgeBut(
    "everything, and no comment in any trie or class",
    rewritten((rules) => rules.map((rule) => rule.replace(COMMENT, ""))),
  ),
];
