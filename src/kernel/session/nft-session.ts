import { AcknowledgedSession, SessionTrouble } from "./acknowledged-session.ts";
import { NFT_INTERACTIVE } from "./nft-interactive.ts";
import { refusals } from "./nft-refusals.ts";
import type { SessionDoor } from "./session-door.ts";

const nft = {
  ...NFT_INTERACTIVE,
  acknowledgesOn: "error",
  // No command: refused before the kernel is asked, between the complaint and a line of carets. A refusal makes nft forget what it
  // knows of the kernel, too, so that each write begins with what stands then, whoever else writes.
  echoLine: (token: string) => token,
  frame: { before: 1, after: 1 },
  prompt: undefined,
} as const;

/** `nft`, kept open. */
export class NftSession {
  readonly #session: AcknowledgedSession;

  constructor(door: SessionDoor, patienceMs: number) {
    this.#session = new AcknowledgedSession(door, { ...nft, patienceMs });
  }

  /**
   * Carries out one transaction, written as one line. Any word against it is trouble. The line must be no
   * longer than `ONE_PIECE`: nft takes the end of its input for the end of a line, and would carry out the half that it has.
   */
  async write(line: string): Promise<void> {
    const said = await this.#session.ask(`${line}\n`);
    if (said !== "") throw new SessionTrouble(`nft: ${refusals(said)}`);
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
