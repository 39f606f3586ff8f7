import type { OpenProgram, SessionDoor } from "./session-door.ts";

/** How to talk with a program that is kept open. */
export interface Manner {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** The pipe on which it acknowledges, in order with what it says against the lines before. */
  readonly acknowledgesOn: "output" | "error";
  /** A line that does nothing but make the program repeat the token on that pipe. */
  readonly echoLine: (token: string) => string;
  /** How many lines it says with the token's, right before and right after; none by default. */
  readonly frame?: { readonly before: number; readonly after: number };
  /** All that may be said on the other pipe, over and over; where there is none, words there only explain an end. */
  readonly prompt: string | undefined;
  /** Milliseconds until an answer must be there. */
  readonly patienceMs: number;
}

/** Something is wrong with a session: what became of the last write is not known. */
export class SessionTrouble extends Error {}

interface Question {
  readonly token: string;
  readonly resolve: (said: string) => void;
  readonly reject: (trouble: SessionTrouble) => void;
  readonly timer: NodeJS.Timeout;
}

let asked = 0;

/** How much of what was said aside is kept: its end says why. */
const KEPT = 2_000;

/**
 * A program that is kept open and asked one thing at a time. After each write it is made to repeat a token that it has
 * never seen before: only then the write is known to be done. Whatever else happens (an end, silence, words that nobody
 * expects) ends the session for good.
 */
export class AcknowledgedSession {
  readonly #manner: Manner;
  readonly #program: OpenProgram;
  #heard: string[] = [];
  /** The end of what was heard, in which the token's beginning may be. */
  #tail = "";
  #isAcknowledged = false;
  #aside = "";
  #question: Question | undefined;
  #trouble: SessionTrouble | undefined;

  constructor(door: SessionDoor, manner: Manner) {
    this.#manner = manner;
    const { command, args, env = {} } = manner;
    const isOnOutput = manner.acknowledgesOn === "output";
    const hear = (chunk: string): void => this.#hear(chunk);
    const overhear = (chunk: string): void => this.#overhear(chunk);
    this.#program = door({
      command,
      args,
      env,
      onOutput: isOnOutput ? hear : overhear,
      onError: isOnOutput ? overhear : hear,
      onEnd: (why) => this.#fail(why),
    });
  }

  /** Writes the lines; fulfilled, when they are worked off, with what was said of them. Rejected with `SessionTrouble`. */
  ask(input: string): Promise<string> {
    if (this.#trouble !== undefined) return Promise.reject(this.#trouble);
    asked += 1;
    const token = `selvedge-acknowledges-${String(asked).padStart(12, "0")}`;
    const { patienceMs, echoLine } = this.#manner;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => this.#fail(`no answer within ${patienceMs} ms`), patienceMs);
      this.#question = { token, resolve, reject, timer };
      this.#program.write(`${input}${echoLine(token)}\n`);
    });
  }

  /** Ends the program; fulfilled when it is gone. */
  async close(): Promise<void> {
    this.#fail("closed");
    await this.#program.kill();
  }

  #hear(chunk: string): void {
    this.#heard.push(chunk);
    if (this.#question === undefined) {
      this.#fail("unasked words");
      return;
    }
    const { token, resolve, timer } = this.#question;
    // Of a long answer nothing is looked at twice.
    const fresh = this.#tail + chunk;
    this.#isAcknowledged ||= fresh.includes(token);
    this.#tail = fresh.slice(-token.length);
    if (!this.#isAcknowledged) return;
    const { before, after } = this.#manner.frame ?? { before: 0, after: 0 };
    const lines = this.#heard.join("").split("\n");
    const at = lines.findIndex((line) => line.includes(token));
    // Its last line may still be on its way.
    const end = at + after + 1;
    if (lines.length <= end) return;
    if (at < before || lines.length > end + 1 || lines.at(-1) !== "") {
      this.#fail("unasked words");
      return;
    }
    clearTimeout(timer);
    this.#question = undefined;
    this.#heard = [];
    this.#tail = "";
    this.#isAcknowledged = false;
    resolve(lines.slice(0, at - before).join("\n"));
  }

  #overhear(chunk: string): void {
    const { prompt } = this.#manner;
    const text = this.#aside + chunk;
    if (prompt === undefined) {
      this.#aside = text.slice(-KEPT);
      return;
    }
    this.#aside = text.replaceAll(prompt, "");
    // A prompt may come in pieces.
    if (!prompt.startsWith(this.#aside)) this.#fail("unasked words");
  }

  #fail(why: string): void {
    if (this.#trouble !== undefined) return;
    const said = `${this.#heard.join("")}${this.#aside}`.trim();
    const more = said === "" || why.includes(said) ? "" : `: ${said}`;
    this.#trouble = new SessionTrouble(`${this.#manner.command}: ${why}${more}`);
    if (this.#question === undefined) return;
    clearTimeout(this.#question.timer);
    this.#question.reject(this.#trouble);
  }
}
