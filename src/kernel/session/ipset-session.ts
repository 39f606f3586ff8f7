import { AcknowledgedSession, SessionTrouble } from "./acknowledged-session.ts";
import type { SessionDoor } from "./session-door.ts";

/** `ipset -` reads a line, carries it out, and reads the next; the kernel is asked for each. */
const ipset = {
  command: "ipset",
  args: ["-exist", "-"],
  acknowledgesOn: "error",
  // A name that is too long is refused before the kernel is asked, and repeated in the refusal.
  echoLine: (token: string) => `test ${token} 0.0.0.0`,
  prompt: "ipset> ",
} as const;

const IN_USE = "in use by a kernel component";

/** `ipset`, kept open. */
export class IpsetSession {
  readonly #session: AcknowledgedSession;

  constructor(door: SessionDoor, patienceMs: number) {
    this.#session = new AcknowledgedSession(door, { ...ipset, patienceMs });
  }

  /** Carries out lines as `ipset restore` reads them. Any word against one of them is trouble. */
  async write(lines: readonly string[]): Promise<void> {
    const said = await this.#session.ask(`${lines.join("\n")}\n`);
    if (said !== "") throw new SessionTrouble(`ipset: ${said}`);
  }

  /** What was said against destroying the set, as long as that is that it is in use; nothing when it is gone. */
  async destroy(name: string): Promise<string | undefined> {
    const said = await this.#session.ask(`destroy ${name}\n`);
    if (said === "" || said.includes(IN_USE)) return said || undefined;
    throw new SessionTrouble(`ipset: ${said}`);
  }

  close(): Promise<void> {
    return this.#session.close();
  }
}
