import type { Plan } from "../kernel/plan.ts";
import { touchedNames } from "../kernel/touched-names.ts";

/** Which sets and chains are written to, for who reads the kernel meanwhile: of those a reading tells nothing. */
export class WriteRecord {
  #written: ReadonlySet<string> = new Set();
  readonly #open = new Set<Set<string>>();

  /** The names at which a write is going on, and all that follow until `end`. */
  begin(): Set<string> {
    const names = new Set(this.#written);
    this.#open.add(names);
    return names;
  }

  end(names: Set<string>): void {
    this.#open.delete(names);
  }

  async during<T>(plans: readonly Plan[], write: () => Promise<T>): Promise<T> {
    this.#written = new Set(plans.flatMap((plan) => [...touchedNames(plan)]));
    for (const names of this.#open) for (const name of this.#written) names.add(name);
    try {
      return await write();
    } finally {
      this.#written = new Set();
    }
  }
}
