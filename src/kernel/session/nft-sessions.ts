import { LONGEST_LINE, NftSession } from "./nft-session.ts";
import type { NftWriter } from "./nft-writer.ts";
import { oneLine } from "./one-line.ts";
import { Rest } from "./rest.ts";
import type { SessionDoor } from "./session-door.ts";

export interface NftSessionOptions {
  /** Milliseconds until nft must have answered; default 10,000. */
  readonly patienceMs?: number;
  /** Until it is tried again after trouble, at first; twice as long after each that follows; default 1,000. */
  readonly restMs?: number;
  /** About how many characters one process is given, before another takes its place; default 4,000,000. */
  readonly lifetime?: number;
}

/** What its memory of a line takes, in characters, whatever is in the line. */
const EACH = 200;

/**
 * `nft`, kept open, as starting it takes longer than what it does. It only ever does what goes well: after any trouble it is killed,
 * and the caller must take nothing that it was asked for granted, read the kernel, and write by processes. After a rest it is
 * opened again.
 */
export class NftSessions {
  readonly #door: SessionDoor;
  readonly #options: Required<NftSessionOptions>;
  readonly #rest: Rest;
  #session: NftSession | undefined;
  #given = 0;

  constructor(door: SessionDoor, options: NftSessionOptions = {}) {
    this.#door = door;
    this.#options = { patienceMs: 10_000, restMs: 1_000, lifetime: 4_000_000, ...options };
    this.#rest = new Rest(this.#options.restMs);
  }

  /** A way to write for one pass, what is too big for a line by `processes`; none while nft rests. Throws `SessionTrouble`. */
  writer(processes: NftWriter): NftWriter | undefined {
    if (this.#rest.goesOn()) return undefined;
    let asked = 0;
    const write: NftWriter["write"] = async (script) => {
      const line = script.length > LONGEST_LINE ? undefined : oneLine(script);
      // nft reads a character a system call: at so many they take as long as half a process.
      if (line === undefined || line.length > LONGEST_LINE) return processes.write(script);
      if (line === "") return undefined;
      asked += 1;
      await (await this.#open(line.length)).write(line);
      return undefined;
    };
    return { write, commands: () => asked + processes.commands() };
  }

  /** A pass went well by it. */
  praise(): void {
    this.#rest.forget();
  }

  /** Ends it, and leaves it be for a while. */
  async rest(): Promise<void> {
    this.#rest.begin();
    await this.close();
  }

  /** Ends it; fulfilled when it writes no more. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  /** One that may be given so much more: it remembers every line for who scrolls back, and forgets none. */
  async #open(length: number): Promise<NftSession> {
    if (this.#given > this.#options.lifetime) await this.close();
    if (this.#session === undefined) this.#given = 0;
    this.#given += length + EACH;
    return (this.#session ??= new NftSession(this.#door, this.#options.patienceMs));
  }
}
