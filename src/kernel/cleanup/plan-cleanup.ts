import { isOurSet } from "../../render/names.ts";
import { isOursIn, ourTables } from "../ours.ts";
import type { VariantRules } from "../read-everywhere.ts";
import { setsNamedBy } from "../saved-rules.ts";
import { type TableCleanup, planTable } from "./plan-table.ts";

export interface CleanupPlan {
  readonly tables: readonly TableCleanup[];
  /** Our sets that go. */
  readonly sets: readonly string[];
  /** Our sets that rules of others name: left as they are. */
  readonly keptSets: readonly KeptSet[];
  /** The sets that rules of ours name. */
  readonly usedSets: ReadonlySet<string>;
}

export interface KeptSet {
  readonly name: string;
  /** The rules of others that name it, as `iptables-save` prints them. */
  readonly heldBy: readonly string[];
}

/** Which of all rules, of any table, name a set and are none of ours. */
function foreignUsers(rules: readonly VariantRules[]): Map<string, string[]> {
  const users = rules.flatMap(({ reading }) =>
    reading.kind !== "read"
      ? []
      : reading.tables.flatMap((table) =>
          table.rules
            .filter(({ chain }) => !isOursIn(table.name, chain))
            .flatMap(({ chain, rule }) =>
              setsNamedBy(rule).map((set) => ({ set, by: `-t ${table.name} -A ${chain} ${rule}` })),
            ),
        ),
  );
  return new Map(
    [...Map.groupBy(users, ({ set }) => set)].map(([set, all]) => [set, all.map(({ by }) => by)]),
  );
}

const setsUsed = (rules: readonly VariantRules[]): Set<string> =>
  new Set(
    rules.flatMap(({ reading }) =>
      reading.kind !== "read"
        ? []
        : reading.tables.flatMap((table) =>
            table.rules
              .filter(({ chain }) => isOursIn(table.name, chain))
              .flatMap(({ rule }) => setsNamedBy(rule)),
          ),
    ),
  );

/** A pure function of what stands: rules of both variants and families, and the names of all sets. */
export function planCleanup(rules: readonly VariantRules[], setNames: readonly string[]): CleanupPlan {
  const users = foreignUsers(rules);
  const ours = setNames.filter(isOurSet);
  return {
    tables: rules.flatMap((each) => {
      const { reading } = each;
      if (reading.kind !== "read") return [];
      return ourTables.flatMap((name) => {
        const saved = reading.tables.find((table) => table.name === name);
        return saved === undefined ? [] : [planTable(each, name, saved)];
      });
    }),
    sets: ours.filter((name) => !users.has(name)),
    keptSets: ours.flatMap((name) => {
      const heldBy = users.get(name);
      return heldBy === undefined ? [] : [{ name, heldBy }];
    }),
    usedSets: setsUsed(rules),
  };
}
