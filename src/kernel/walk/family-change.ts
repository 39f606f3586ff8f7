import type { Family } from "../../core/address.ts";
import type { FamilyRuleset } from "../../render/ruleset.ts";
import type { Plan } from "../plan.ts";
import { chainsDeclared } from "../touched-names.ts";
import type { Standing } from "../standing.ts";
import { type Doors, doorsOf } from "./doors.ts";
import { type FamilyView, isClassChain, viewOf } from "./family-view.ts";
import { type Move, movesIn } from "./places.ts";
import { type SetMoves, setMoves } from "./set-moves.ts";

/** What one plan changes in one family. */
export interface FamilyChange {
  readonly before: FamilyView;
  readonly after: FamilyRuleset;
  readonly doors: { readonly before: Doors; readonly after: Doors };
  readonly sets: SetMoves;
  /** By `placeKey`. */
  readonly places: ReadonlyMap<string, Move>;
  /** Class chains that stand already and are written anew. */
  readonly rewritten: ReadonlySet<string>;
  /** All class chains that are written, whether they stand or not. */
  readonly written: ReadonlySet<string>;
}

/**
 * Nothing where one plan is surely enough: no set of peers that stands changes, and one atomic step is all; or no rule does,
 * and entries only come, or only go.
 */
export function familyChange(
  direct: Plan,
  family: Family,
  standing: Standing,
  after: FamilyRuleset,
): FamilyChange | undefined {
  const before = viewOf(standing, family);
  const sets = setMoves(direct, before, after);
  const text = direct.tables.get(family) ?? "";
  if (sets.names.size === 0 || (text === "" && (sets.adds.size === 0 || sets.dels.size === 0)))
    return undefined;
  const named = chainsDeclared(text);
  const written = new Set(named.filter((name) => isClassChain(name) && after.chains.has(name)));
  return {
    before,
    after,
    doors: { before: doorsOf(before), after: doorsOf(after) },
    sets,
    places: movesIn(named, before, after),
    written,
    rewritten: new Set([...written].filter((name) => before.chains.has(name))),
  };
}
