import type { Exec, ExecRequest, ExecResult } from "../exec.ts";
import { AcknowledgedSession } from "./acknowledged-session.ts";
import { Rest } from "./rest.ts";
import type { SessionDoor } from "./session-door.ts";

/** A word that a shell takes as it is. */
const PLAIN = /^[\w%+:,./-]+$/;

const sh = {
  command: "sh",
  args: [],
  acknowledgesOn: "output",
  echoLine: (token: string) => `echo ${token}`,
  prompt: undefined,
} as const;

/** What follows the output: the exit code, on a line of its own. */
const EXIT = /\nexit (\d+)$/;

export interface KeptShellOptions {
  /** Milliseconds until a program must have ended; default 60,000. */
  readonly patienceMs?: number;
  /** Until the shell is tried again after trouble, at first; twice as long after each that follows; default 1,000. */
  readonly restMs?: number;
}

/**
 * A shell that is kept open, to start programs that are asked over and over. To start one by itself a process copies its page
 * tables (`fork`): 2 ms where it has 80 MB, 13 where it has 340 (`bench/stops.ts`), and all else that it does waits meanwhile. A shell
 * is small.
 *
 * It only ever tells what went well. What fails, and what is asked while there is trouble with it, is run by itself: so these
 * programs must be ones that may be run twice.
 */
export class KeptShell {
  readonly #door: SessionDoor;
  readonly #exec: Exec;
  readonly #patienceMs: number;
  readonly #rest: Rest;
  #session: AcknowledgedSession | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(door: SessionDoor, exec: Exec, { patienceMs = 60_000, restMs = 1_000 }: KeptShellOptions = {}) {
    this.#door = door;
    this.#exec = exec;
    this.#patienceMs = patienceMs;
    this.#rest = new Rest(restMs);
  }

  /** One after the other. What a program that succeeds says aside is not kept; what needs more than plain words is run by itself. */
  readonly exec: Exec = async (request) => {
    const answer = this.#last.then(() => this.#ask(request));
    this.#last = answer;
    return (await answer) ?? this.#exec(request);
  };

  /** Ends the shell; fulfilled when it is gone. */
  async close(): Promise<void> {
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  /** None where the shell cannot tell. Never rejected. */
  async #ask({ command, args, ...more }: ExecRequest): Promise<ExecResult | undefined> {
    const words = [command, ...args];
    const isPlain = Object.keys(more).length === 0 && words.every((word) => PLAIN.test(word));
    if (!isPlain || this.#rest.goesOn()) return undefined;
    try {
      const patienceMs = this.#patienceMs;
      this.#session ??= new AcknowledgedSession(this.#door, { ...sh, patienceMs });
      const said = await this.#session.ask(
        `${words.join(" ")} </dev/null 2>/dev/null; printf '\\nexit %d\\n' $?\n`,
      );
      this.#rest.forget();
      const end = EXIT.exec(said);
      return end?.[1] === "0" ? { code: 0, stdout: said.slice(0, end.index), stderr: "" } : undefined;
    } catch {
      // What is wrong with it is found by its end: the answer comes by another way, and loses nothing but time.
      this.#rest.begin();
      await this.close();
      return undefined;
    }
  }
}
