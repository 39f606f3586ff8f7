import type { Family } from "../../core/address.ts";
import type { Variant } from "../variant.ts";
import type { KernelWriter } from "../writer.ts";
import { IpsetSession } from "./ipset-session.ts";
import { Rest } from "./rest.ts";
import { RestoreSession } from "./restore-session.ts";
import type { SessionDoor } from "./session-door.ts";

export interface SessionOptions {
  /** Milliseconds until ipset must have answered; default 5,000. */
  readonly setPatienceMs?: number;
  /** Until iptables-restore must have, its wait for the xtables lock included; default 10,000. */
  readonly tablePatienceMs?: number;
  /** Until sessions are tried again after trouble, at first; twice as long after each that follows; default 1,000. */
  readonly restMs?: number;
}

/** Above so many lines, `ipset restore` in one process is quicker, as it asks the kernel for many at once. */
const MOST_LINES = 1_000;

/** What a process has once read it seldom gives back: a table that is so big is not given to one that stays. */
const LONGEST_TABLE = 1_000_000;

/**
 * The tools kept open, as starting one takes longer than what it does. They only ever do what goes well: after any trouble
 * they are killed, and the caller must take nothing that they were asked for granted, read the kernel, and write by
 * processes, whose refusals can be told exactly. After a rest they are opened again.
 */
export class KernelSessions {
  readonly #door: SessionDoor;
  readonly #variant: Variant;
  readonly #options: Required<SessionOptions>;
  #ipset: IpsetSession | undefined;
  readonly #restores = new Map<Family, RestoreSession>();
  readonly #rest: Rest;

  constructor(door: SessionDoor, variant: Variant, options: SessionOptions = {}) {
    this.#door = door;
    this.#variant = variant;
    this.#options = { setPatienceMs: 5_000, tablePatienceMs: 10_000, restMs: 1_000, ...options };
    this.#rest = new Rest(this.#options.restMs);
  }

  /** A way to write for one pass, what is too big for sessions by `processes`; none while they rest. */
  writer(processes: KernelWriter): KernelWriter | undefined {
    if (this.#rest.goesOn()) return undefined;
    let asked = 0;
    const writeSets: KernelWriter["writeSets"] = async (lines) => {
      if (lines.length > MOST_LINES) return processes.writeSets(lines);
      if (lines.length > 0) {
        asked += 1;
        await this.#sets().write(lines);
      }
      return new Map();
    };
    const destroySets: KernelWriter["destroySets"] = async (names) => {
      const held = new Map<string, string>();
      for (const name of names) {
        asked += 1;
        const said = await this.#sets().destroy(name);
        if (said !== undefined) held.set(name, said);
      }
      return held;
    };
    const writeTable: KernelWriter["writeTable"] = async (family, input) => {
      if (input.length > LONGEST_TABLE) return processes.writeTable(family, input);
      asked += 1;
      await this.#table(family).write(input);
      return undefined;
    };
    return { writeSets, destroySets, writeTable, commands: () => asked + processes.commands() };
  }

  /** A pass went well by them. */
  praise(): void {
    this.#rest.forget();
  }

  /** Ends them, and leaves them be for a while. */
  async rest(): Promise<void> {
    this.#rest.begin();
    await this.close();
  }

  /** Ends them; fulfilled when none of them writes any more. */
  async close(): Promise<void> {
    const open = [...(this.#ipset === undefined ? [] : [this.#ipset]), ...this.#restores.values()];
    this.#ipset = undefined;
    this.#restores.clear();
    await Promise.all(open.map((session) => session.close()));
  }

  #sets(): IpsetSession {
    return (this.#ipset ??= new IpsetSession(this.#door, this.#options.setPatienceMs));
  }

  #table(family: Family): RestoreSession {
    const open =
      this.#restores.get(family) ??
      new RestoreSession(this.#door, this.#variant, family, this.#options.tablePatienceMs);
    this.#restores.set(family, open);
    return open;
  }
}
