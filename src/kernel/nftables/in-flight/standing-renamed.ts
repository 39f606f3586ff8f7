import type { Family } from "../../../core/address.ts";
import { mapWith } from "../../../core/map-with.ts";
import { directions } from "../../../core/policy.ts";
import { classChainOf, portMap, verdictMap } from "../../../render/names.ts";
import type { Ruleset } from "../../../render/ruleset.ts";
import type { Standing } from "../../standing.ts";
import type { AnyRule } from "../../walk/family-view.ts";
import { leadingElement } from "./leading-element.ts";
import type { Renames } from "./renamed-classes.ts";

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
