import { AcknowledgedSession, SessionTrouble } from "./acknowledged-session.ts";
import { refusals } from "./nft-refusals.ts";
import type { SessionDoor } from "./session-door.ts";

/** `nft -i` reads a line, carries it out as one transaction, and reads the next. */
const nft = {
  command: "nft",
  args: ["-i"],
  // Its history goes to ~/.nft.history, and is kept from growing there by a home that can hold none.
  env: { HOME: "/dev/null" },
  acknowledgesOn: "error",
  // No command: refused before the kernel is asked, between the complaint and a line of carets. A refusal makes nft forget what it
  // knows of the kernel, too, so that each write begins with what stands then, whoever else writes.
  echoLine: (token: string) => token,
  frame: { before: 1, after: 1 },
  prompt: undefined,
} as const;

/** In characters: less than what is handed to a pipe at once (`wholeLines`), so that nft has all of a line or nothing. */
export const LONGEST_LINE = 16_000;

/** `nft`, kept open. */
export class NftSession {
  readonly #session: AcknowledgedSession;

  constructor(door: SessionDoor, patienceMs: number) {
    this.#session = new AcknowledgedSession(door, { ...nft, patienceMs });
  }

  /**
   * Carries out one transaction, written as one line. Any word against it is trouble. The line must be no
   * longer than `LONGEST_LINE`: nft takes the end of its input for the end of a line, and would carry out the half that it has.
   */
  async write(line: string): Promise<void> {
    const said = await this.#session.ask(`${line}\n`);
    if (said !== "") throw new SessionTrouble(`nft: ${refusals(said)}`);
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
