import { families } from "../core/address.ts";
import { ruleHash } from "../render/rule-text.ts";
import { type FamilyRuleset, type Ruleset, type TableRules, hookedChains } from "../render/ruleset.ts";
import { isAsMeant } from "./as-meant.ts";
import { ruleIdentity } from "./rule-identity.ts";
import type { KernelState, StandingHook, StandingRules, StandingTable } from "./state.ts";

/** One rule as it stands, and the one that is meant in its place: they carry the same digest, and are worded otherwise. */
interface Pair {
  readonly standing: string;
  readonly meant: string;
}

const hooked = (hooks: StandingRules["hooks"]): readonly StandingHook[] =>
  hookedChains.flatMap((chain) => hooks[chain]);

/** The rules that are ours by digest and place, and not by their words. */
function unlikeIn(standing: StandingRules, { chains, hooks }: TableRules): Pair[] {
  const meantHooks = hooks.flatMap(({ rule }) => ruleIdentity(rule) ?? []);
  const pairs = hooked(standing.hooks).flatMap(({ identity }): Pair[] => {
    const meant = meantHooks.find((each) => ruleHash(each) === ruleHash(identity));
    return meant === undefined ? [] : [{ standing: identity, meant }];
  });
  for (const [name, rules] of chains) {
    const found = standing.chains.get(name) ?? [];
    if (isAsMeant(rules, found)) continue;
    for (const [i, identity] of found.entries()) {
      const meant = ruleIdentity(rules[i] ?? "");
      if (identity !== undefined && meant !== undefined && ruleHash(identity) === ruleHash(meant))
        pairs.push({ standing: identity, meant });
    }
  }
  return pairs.filter((pair) => pair.standing !== pair.meant);
}

const unlike = (standing: StandingTable, wanted: FamilyRuleset): Pair[] => [
  ...unlikeIn(standing, wanted),
  ...(standing.filter === undefined || wanted.filter === undefined
    ? []
    : unlikeIn(standing.filter, wanted.filter)),
];

/**
 * How the tools of this node word rules of ours otherwise than we do: versions differ. Nothing is assumed: a rule that carries
 * our digest and reads otherwise is written again, and what is read right after that is how the tool words it. From then
 * on every other wording is somebody's doing.
 */
export class Wordings {
  /** The rule in our words, by the tool's; the digest is in both. */
  #meant = new Map<string, string>();
  #seen = new Set<string>();

  /** The state in our words, as far as they are known. */
  understood(state: KernelState): KernelState {
    this.#seen = new Set();
    if (this.#meant.size === 0) return state;
    const ours = (identity: string): string => {
      const meant = this.#meant.get(identity);
      if (meant !== undefined) this.#seen.add(identity);
      return meant ?? identity;
    };
    const hook = (each: StandingHook): StandingHook => ({ ...each, identity: ours(each.identity) });
    const understand = ({ chains, hooks, held }: StandingRules): StandingRules => ({
      chains: new Map(
        [...chains].map(([name, rules]) => [name, rules.map((rule) => rule && ours(rule))] as const),
      ),
      hooks: {
        FORWARD: hooks.FORWARD.map(hook),
        OUTPUT: hooks.OUTPUT.map(hook),
        POSTROUTING: hooks.POSTROUTING.map(hook),
      },
      held,
    });
    const table = ({ filter, ...mangle }: StandingTable): StandingTable =>
      filter === undefined ? understand(mangle) : { ...understand(mangle), filter: understand(filter) };
    return { ...state, tables: { IPv4: table(state.tables.IPv4), IPv6: table(state.tables.IPv6) } };
  }

  /** Whether rules carry our digest and read otherwise, for which nothing learnt accounts. */
  isInDoubt({ tables }: KernelState, wanted: Ruleset): boolean {
    return families.some((family) => unlike(tables[family], wanted[family]).length > 0);
  }

  /** Takes what was read right after our own write for the tool's words; what no longer stands is forgotten. */
  learn({ tables }: KernelState, wanted: Ruleset): void {
    for (const words of this.#meant.keys()) if (!this.#seen.has(words)) this.#meant.delete(words);
    for (const family of families)
      for (const { standing, meant } of unlike(tables[family], wanted[family]))
        this.#meant.set(standing, meant);
  }
}
