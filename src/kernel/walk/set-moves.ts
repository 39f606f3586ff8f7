import type { Plan } from "../plan.ts";
import type { FamilyRuleset } from "../../render/ruleset.ts";
import { setOf } from "../writer.ts";
import type { FamilyView } from "./family-view.ts";

/** Addresses by set, in one family. */
type Moved = ReadonlyMap<string, ReadonlySet<string>>;

/** How a plan moves entries of the sets of peers that stand. */
export interface SetMoves {
  /** Come before the rules. */
  readonly adds: Moved;
  /** Go after them. */
  readonly dels: Moved;
  /** The sets of both. */
  readonly names: ReadonlySet<string>;
}

export function setMoves(
  { setsBefore, setsAfter }: Plan,
  before: FamilyView,
  after: FamilyRuleset,
): SetMoves {
  const made = new Set(setsBefore.filter((line) => line.startsWith("create ")).map(setOf));
  const isMoved = (name: string): boolean => {
    const set = after.sets.get(name);
    return set !== undefined && set.order !== "go-first" && before.sets.has(name) && !made.has(name);
  };
  const moved = (lines: readonly string[], verb: "add " | "del "): Moved => {
    const found = new Map<string, Set<string>>();
    // Lines of one set follow each other.
    let last: { readonly start: string; readonly into: Set<string> | undefined } | undefined;
    for (const line of lines) {
      if (!line.startsWith(verb)) continue;
      if (last === undefined || !line.startsWith(last.start)) {
        const name = setOf(line);
        const into = isMoved(name) ? (found.get(name) ?? new Set<string>()) : undefined;
        if (into !== undefined) found.set(name, into);
        last = { start: `${verb}${name} `, into };
      }
      // `10.0.0.1,tcp:80`
      last.into?.add(line.slice(last.start.length).split(/[, ]/, 1)[0] ?? "");
    }
    return found;
  };
  const [adds, dels] = [moved(setsBefore, "add "), moved(setsAfter, "del ")];
  return { adds, dels, names: new Set([...adds.keys(), ...dels.keys()]) };
}
