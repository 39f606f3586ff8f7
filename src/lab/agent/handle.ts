import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";

import type { AgentCommand, AgentReply, Outcome, ProbeTarget } from "./protocol.ts";

type Unnumbered<T> = T extends unknown ? Omit<T, "id"> : never;

/** A conversation that an agent holds open. */
export interface AgentStream {
  /** Who answered when it was opened. */
  readonly by: string;
  /** Does a word still make the round trip? */
  beat(deadlineMs?: number): Promise<Outcome>;
  close(): Promise<void>;
}

/** Asks one agent. The connection keeps this process alive only while an answer is owed. */
export class AgentHandle {
  readonly name: string;
  readonly #socket: Socket;
  readonly #owed = new Map<number, (outcome: Outcome) => void>();
  #asked = 0;

  private constructor(name: string, socket: Socket) {
    this.name = name;
    this.#socket = socket;
    const lines = createInterface({ input: socket });
    lines.on("line", (line) => {
      const { id, outcome } = JSON.parse(line) as AgentReply;
      this.#settle(id, outcome);
    });
    // "close" tells whoever waits; the reader of lines would throw the error on.
    lines.on("error", () => undefined);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      for (const id of this.#owed.keys())
        this.#settle(id, { kind: "error", message: `agent of ${name} is gone`, ms: 0 });
    });
    socket.unref();
  }

  /** Connects to the agent that listens on a unix socket. */
  static connect(name: string, socketPath: string): Promise<AgentHandle> {
    return new Promise((resolve, reject) => {
      const socket = connect(socketPath);
      socket.once("error", reject);
      socket.once("connect", () => resolve(new AgentHandle(name, socket)));
    });
  }

  probe(target: ProbeTarget): Promise<Outcome> {
    return this.#ask({ kind: "probe", target });
  }

  /** Opens a stream; an exception if nobody answers. */
  async open(target: ProbeTarget): Promise<AgentStream> {
    const asked = this.#ask({ kind: "open", target });
    // A stream goes by the id of the question that opened it; taken before anybody else can ask.
    const stream = this.#asked;
    const outcome = await asked;
    if (outcome.kind !== "answered")
      throw new Error(`${this.name}: no stream to ${target.address}:${target.port}: ${outcome.kind}`);
    return {
      by: outcome.by,
      beat: (deadlineMs = 1000) => this.#ask({ kind: "beat", stream, deadlineMs }),
      close: async () => {
        await this.#ask({ kind: "close", stream });
      },
    };
  }

  /** Hangs up; the agent stays. */
  disconnect(): void {
    this.#socket.destroy();
  }

  #ask(command: Unnumbered<AgentCommand>): Promise<Outcome> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((resolve) => {
      if (this.#socket.destroyed) {
        resolve({ kind: "error", message: `agent of ${this.name} is gone`, ms: 0 });
        return;
      }
      this.#owed.set(id, resolve);
      this.#socket.ref();
      this.#socket.write(`${JSON.stringify({ ...command, id })}\n`);
    });
  }

  #settle(id: number, outcome: Outcome): void {
    this.#owed.get(id)?.(outcome);
    this.#owed.delete(id);
    if (this.#owed.size === 0) this.#socket.unref();
  }
}
