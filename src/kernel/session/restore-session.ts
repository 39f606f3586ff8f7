import type { Family } from "../../core/address.ts";
import { type Variant, restoreCommand } from "../variant.ts";
import { AcknowledgedSession, SessionTrouble } from "./acknowledged-session.ts";
import type { SessionDoor } from "./session-door.ts";

/**
 * `iptables-restore`, kept open. It takes the xtables lock (legacy) at a table's first line and lets go of it after COMMIT, and
 * reads the kernel's rules anew for each table, so that who writes between two tables loses nothing.
 */
export class RestoreSession {
  readonly #session: AcknowledgedSession;

  constructor(door: SessionDoor, variant: Variant, family: Family, patienceMs: number) {
    this.#session = new AcknowledgedSession(door, {
      command: restoreCommand(variant, family),
      // Where it is verbose it prints comments, each when it has read it: after a COMMIT that went well.
      // Waits for the lock as long as the caller is patient: with seconds, iptables-legacy sets an alarm that goes off though
      // the lock was had, and ends the program while it reads.
      args: ["--noflush", "--verbose", "--wait"],
      acknowledgesOn: "output",
      echoLine: (token) => `# ${token}`,
      prompt: undefined,
      patienceMs,
    });
  }

  /** Writes one table, atomically. */
  async write(input: string): Promise<void> {
    const said = await this.#session.ask(input);
    if (said !== "") throw new SessionTrouble(`iptables-restore: ${said}`);
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
