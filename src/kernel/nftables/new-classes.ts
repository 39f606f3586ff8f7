import { type Family, families } from "../../core/address.ts";
import { SharedMap } from "../../core/shared-map.ts";
import { classChainOf, setFamily } from "../../render/names.ts";
import { setsNamed } from "../../render/nftables/sets-named.ts";
import type { FamilyRuleset, Ruleset } from "../../render/ruleset.ts";
import { ruleIdentity } from "../rule-identity.ts";
import type { Standing } from "../standing.ts";
import type { KernelState, StandingSet, StandingTable } from "../state.ts";

const chainsIn = (standing: Standing, family: Family): ReadonlyMap<string, unknown> =>
  standing.kind === "read" ? standing.state.tables[family].chains : standing.ruleset[family].chains;

const hasSet = (standing: Standing, name: string): boolean =>
  standing.kind === "read" ? standing.state.sets.has(name) : standing.ruleset[setFamily(name)].sets.has(name);

const leadsTo = (rules: readonly string[]): string[] =>
  rules.flatMap((rule) => / (?:goto|jump) (\S+)/.exec(` ${rule}`)?.[1] ?? []);

function newIn(standing: Standing, wanted: FamilyRuleset): FamilyRuleset {
  const standingChains = chainsIn(standing, wanted.family);
  const chains = new Map<string, readonly string[]>();
  const add = (name: string): void => {
    const rules = wanted.chains.get(name);
    if (rules === undefined || standingChains.has(name) || chains.has(name)) return;
    chains.set(name, rules);
    for (const to of leadsTo(rules)) add(to);
  };
  for (const name of wanted.chains.keys()) if (classChainOf(name) !== undefined) add(name);
  const named = new Set([...chains.values()].flat().flatMap(setsNamed));
  const sets = [...named].flatMap((name) => {
    const set = wanted.sets.get(name);
    return set === undefined || hasSet(standing, name) ? [] : [[name, set] as const];
  });
  return { family: wanted.family, chains, sets: new Map(sets), hooks: [] };
}

const nothingNew = ({ family }: FamilyRuleset): FamilyRuleset => ({
  family,
  chains: new Map(),
  sets: new Map(),
  hooks: [],
});

/**
 * The chains of classes that are wanted and do not stand, with what they lead to and the sets that they ask for, as far as that does not
 * stand either; nothing in families that are made anew.
 */
export const newClasses = (standing: Standing, wanted: Ruleset, anew: ReadonlySet<Family>): Ruleset => {
  const [IPv4, IPv6] = [wanted.IPv4, wanted.IPv6].map((each) =>
    anew.has(each.family) ? nothingNew(each) : newIn(standing, each),
  );
  if (IPv4 === undefined || IPv6 === undefined) throw new Error("two families are planned");
  return { IPv4, IPv6 };
};

function stateWith(state: KernelState, added: Ruleset): KernelState {
  const table = (family: Family): StandingTable => ({
    ...state.tables[family],
    chains: new Map([
      ...state.tables[family].chains,
      ...[...added[family].chains].map(([name, rules]) => [name, rules.map(ruleIdentity)] as const),
    ]),
  });
  return {
    sets: new Map<string, StandingSet>([
      ...state.sets,
      ...families.flatMap((family) => [...added[family].sets]),
    ]),
    tables: { IPv4: table("IPv4"), IPv6: table("IPv6") },
  };
}

function rulesetWith(ruleset: Ruleset, added: Ruleset): Ruleset {
  const both = (family: Family): FamilyRuleset => {
    const { sets, chains } = ruleset[family];
    const more = added[family].sets;
    return {
      ...ruleset[family],
      chains: new Map([...chains, ...added[family].chains]),
      sets: sets instanceof SharedMap ? sets.with(more) : new Map([...sets, ...more]),
    };
  };
  return { IPv4: both("IPv4"), IPv6: both("IPv6") };
}

/** What stands once these stand beside what stands. */
export const standingWith = (standing: Standing, added: Ruleset): Standing =>
  standing.kind === "read"
    ? { kind: "read", state: stateWith(standing.state, added) }
    : { ...standing, ruleset: rulesetWith(standing.ruleset, added) };
