import { families } from "../../core/address.ts";
import { SharedMap } from "../../core/shared-map.ts";
import { setFamily } from "../../render/names.ts";
import type { Ruleset, SetType } from "../../render/ruleset.ts";
import type { Plan } from "../plan.ts";
import { MAX_ENTRIES } from "../set-size.ts";
import { type Standing, setIn } from "../standing.ts";
import { setOf } from "../writer.ts";
import { roomFor } from "./room-for.ts";

/** The sets that may not be as they were. */
const changedSets = (standing: Standing, wanted: Ruleset): string[] =>
  families.flatMap((family) => [
    ...(standing.kind === "read"
      ? wanted[family].sets.keys()
      : SharedMap.differing(standing.ruleset[family].sets, wanted[family].sets)),
  ]);

/**
 * How many entries the sets that stand can hold, as far as they are not endless: as they were read, or declared since. No ruleset
 * tells: it depends on how many there were when the set was made.
 */
export class SetRooms {
  #rooms = new Map<string, number>();

  /**
   * The sets that stand and cannot take what they are to hold beside what they hold: a kernel may count what goes until it is gone.
   */
  outgrown(standing: Standing, wanted: Ruleset): ReadonlySet<string> {
    const names = changedSets(standing, wanted).filter((name) => {
      const room = this.#rooms.get(name);
      const [before, after] = [setIn(standing, name), wanted[setFamily(name)].sets.get(name)];
      if (room === undefined || before === undefined || after === undefined) return false;
      return before.entries.union(after.entries).size > room;
    });
    return new Set(names);
  }

  /** A plan whose new sets are declared with their room. It is taken for carried out: where it was not, all is read again. */
  declared(plan: Plan): Plan {
    for (const name of plan.destroy) this.#rooms.delete(name);
    if (!plan.setsBefore.some((line) => line.startsWith("create "))) return plan;
    const filled = Map.groupBy(
      plan.setsBefore.filter((line) => line.startsWith("add ")),
      setOf,
    );
    const setsBefore = plan.setsBefore.map((line) => {
      if (!line.startsWith("create ")) return line;
      const [, name = "", type = ""] = line.split(" ");
      const room = roomFor(type as SetType, filled.get(name)?.length ?? 0);
      if (room === Infinity) this.#rooms.delete(name);
      else this.#rooms.set(name, room);
      return line.replace(/maxelem \d+$/, `maxelem ${Math.min(room, MAX_ENTRIES)}`);
    });
    return { ...plan, setsBefore };
  }

  /** What was read is believed from now on. */
  believe(sets: ReadonlyMap<string, { readonly room?: number }>): void {
    this.#rooms = new Map(
      [...sets].flatMap(([name, { room }]) => (room === undefined ? [] : [[name, room]])),
    );
  }
}
