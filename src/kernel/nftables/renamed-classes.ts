import type { Family } from "../../core/address.ts";
import { mapWith } from "../../core/map-with.ts";
import { SharedMap } from "../../core/shared-map.ts";
import { type Direction, directions } from "../../core/policy.ts";
import { classChainOf, portMap, verdictMap } from "../../render/names.ts";
import type { FamilyRuleset, Ruleset } from "../../render/ruleset.ts";
import type { Plan } from "../plan.ts";
import { type Standing, setIn } from "../standing.ts";
import type { AnyRule } from "../walk/family-view.ts";
import { chainsIn } from "./chains-in.ts";
import { elementsComing } from "./elements-coming.ts";
import { leadingElement } from "./leading-element.ts";

/** Other names of chains in one family, by those under which they stand. */
export type Renames = ReadonlyMap<string, string>;

/** The chains of each class, by the class's own. */
const byClass = (names: Iterable<string>): ReadonlyMap<string | undefined, readonly string[]> =>
  Map.groupBy(names, classChainOf);

/** Where the addresses are judged that are led to these chains, in one direction; `undefined` for whoever is not. */
function placesBefore(
  standing: Standing,
  wanted: FamilyRuleset,
  direction: Direction,
  fresh: ReadonlySet<string>,
): ReadonlyMap<string, ReadonlySet<string | undefined>> {
  const name = verdictMap(wanted.family, direction);
  const coming = elementsComing(standing, wanted, name).filter(({ chain }) => fresh.has(chain));
  if (coming.length === 0) return new Map();
  const before = new Map(
    [...(setIn(standing, name)?.entries ?? [])].map(leadingElement).map(({ key, chain }) => [key, chain]),
  );
  return new Map(
    [...Map.groupBy(coming, ({ chain }) => chain)].map(([chain, own]) => [
      chain,
      new Set(own.map(({ key }) => before.get(key))),
    ]),
  );
}

/**
 * The chains that are to have other names: those of a class that goes, where all pods of one that comes are in it. Elements of maps
 * lead to a chain and not to its name, so these pods stay where they are while its rules change, with the rules of all others; else
 * they would be led elsewhere, some 40 ns before those.
 */
export function renamedClasses(standing: Standing, wanted: FamilyRuleset): Renames {
  const standingChains = chainsIn(standing, wanted.family);
  const changed = [...SharedMap.differing<unknown>(standingChains, wanted.chains)];
  const [old, now] = [
    byClass(changed.filter((name) => standingChains.has(name))),
    byClass(changed.filter((name) => !standingChains.has(name))),
  ];
  const fresh = new Set(
    [...now.keys()].flatMap((name) => (name === undefined || standingChains.has(name) ? [] : [name])),
  );
  if (fresh.size === 0) return new Map();
  const renames = new Map<string, string>();
  for (const direction of directions)
    for (const [to, [from, ...others]] of placesBefore(standing, wanted, direction, fresh)) {
      if (from === undefined || others.length > 0 || wanted.chains.has(from) || renames.has(from)) continue;
      const own = (now.get(to) ?? []).map((chain) => [from + chain.slice(to.length), chain] as const);
      // What is about a port of its own is new, and must not be led to before it is there.
      if (!own.every(([name]) => old.get(from)?.includes(name))) continue;
      for (const [name, chain] of own) renames.set(name, chain);
    }
  return renames;
}

/** An element that leads to a chain by the name that this is to have. */
function renamedElement(element: string, renames: Renames): string {
  const { key, chain } = leadingElement(element);
  const to = renames.get(chain);
  return to === undefined ? element : `${key} : goto ${to}`;
}

/** A rule that leads to chains by the names that these are to have; what it says stays as it is. */
const renamedRule = (rule: AnyRule, renames: Renames): AnyRule =>
  rule?.replaceAll(/"[^"]*"|SV-C-[\w-]+/g, (word) => renames.get(word) ?? word);

/** Chains of the same classes lead to each other, those that keep their names too. */
function renamedChains<V extends readonly AnyRule[]>(
  chains: ReadonlyMap<string, readonly AnyRule[]>,
  renames: Renames,
): ReadonlyMap<string, V> {
  const classes = new Set([...renames.keys()].map(classChainOf));
  const own = [...chains].filter(([name]) => classes.has(classChainOf(name)));
  const named = own.map(([name, rules]) => {
    const others = rules.map((rule) => renamedRule(rule, renames));
    return [renames.get(name) ?? name, others] as const;
  });
  const gone = own.map(([name]) => [name, undefined] as const);
  return mapWith(chains, [...gone, ...named]) as ReadonlyMap<string, V>;
}

function renamedSets<S extends { readonly entries: ReadonlySet<string> }>(
  sets: ReadonlyMap<string, S>,
  family: Family,
  renames: Renames,
): ReadonlyMap<string, S> {
  const maps = directions.flatMap((direction) => [verdictMap(family, direction), portMap(family, direction)]);
  return mapWith(
    sets,
    maps.flatMap((name): [string, S][] => {
      const map = sets.get(name);
      if (map === undefined) return [];
      const entries = new Set([...map.entries].map((element) => renamedElement(element, renames)));
      return [[name, { ...map, entries }]];
    }),
  );
}

/** What stands, as if chains of one family had their other names already. */
export function standingRenamed(standing: Standing, family: Family, renames: Renames): Standing {
  if (renames.size === 0) return standing;
  if (standing.kind === "left") {
    const { chains, sets, ...rest } = standing.ruleset[family];
    const ruleset: Ruleset = {
      ...standing.ruleset,
      [family]: {
        ...rest,
        chains: renamedChains(chains, renames),
        sets: renamedSets(sets, family, renames),
      },
    };
    return { ...standing, ruleset };
  }
  const { sets, tables } = standing.state;
  const table = { ...tables[family], chains: renamedChains(tables[family].chains, renames) };
  return {
    kind: "read",
    state: { sets: renamedSets(sets, family, renames), tables: { ...tables, [family]: table } },
  };
}

/** A plan that was made as if chains had their other names, with the lines that give them those. */
export function planRenaming(plan: Plan, renames: Readonly<Record<Family, Renames>>): Plan {
  const tables = new Map(
    [...plan.tables].map(([family, text]) => {
      const lines = [...renames[family]].map(([from, to]) => `-E ${from} ${to}\n`);
      return [family, text.replace(/^COMMIT$/m, `${lines.join("")}COMMIT`)] as const;
    }),
  );
  return { ...plan, tables };
}
