import type { Plan } from "../plan.ts";
import type { FamilyRuleset } from "../../render/ruleset.ts";
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
  const made = new Set(
    setsBefore.flatMap((line) => (line.startsWith("create ") ? [line.split(" ", 2)[1]] : [])),
  );
  const moved = (lines: readonly string[], wanted: "add" | "del"): Moved => {
    const found = new Map<string, Set<string>>();
    for (const line of lines) {
      const [verb, name = "", entry = ""] = line.split(" ");
      const set = after.sets.get(name);
      if (verb !== wanted || set === undefined || set.order === "go-first") continue;
      if (made.has(name) || !before.sets.has(name)) continue;
      // `10.0.0.1,tcp:80`
      const [address = ""] = entry.split(",", 1);
      const known = found.get(name);
      if (known === undefined) found.set(name, new Set([address]));
      else known.add(address);
    }
    return found;
  };
  const [adds, dels] = [moved(setsBefore, "add"), moved(setsAfter, "del")];
  return { adds, dels, names: new Set([...adds.keys(), ...dels.keys()]) };
}
