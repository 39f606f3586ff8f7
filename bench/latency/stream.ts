import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { inNetns } from "../../src/lab/enter.ts";
import { LAB_MARK, netnsPath, podNetns } from "../../src/lab/names.ts";
import type { LabPod } from "../../src/lab/pod.ts";
import type { ReceivedAnswer, SentAnswer } from "./protocol.ts";

/** So many packets in a row that are missing are a rule, not a busy receiver; and so long it is watched. */
const MISSING = 25;
const WATCH_MS = 60;
const POLL_MS = 4;
const GIVE_UP_MS = 30_000;

/** One question at a time to a process that was started with a channel. */
class Asked {
  readonly #child: ChildProcess;
  /** Rejected when it has ended: who waits for its answer waits in vain. */
  readonly #ended: Promise<never>;
  #id = 0;

  constructor(pod: LabPod, script: string, args: readonly string[]) {
    const lab = pod.labNode.lab.name;
    const [nsenter, ...enter] = inNetns(netnsPath(podNetns(lab, pod.sandboxId)));
    const file = fileURLToPath(new URL(script, import.meta.url));
    this.#child = spawn(nsenter, [...enter, process.execPath, file, ...args], {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      env: { ...process.env, [LAB_MARK]: lab },
    });
    this.#ended = once(this.#child, "exit").then(([code, signal]) => {
      throw new Error(`${script} ended: ${code ?? signal}`);
    });
    this.#ended.catch(() => undefined);
  }

  async ask<T extends { readonly id: number }>(question: object): Promise<T> {
    this.#id += 1;
    const id = this.#id;
    this.#child.send({ ...question, id });
    const [answer] = (await Promise.race([once(this.#child, "message"), this.#ended])) as [T];
    return answer;
  }

  end(): void {
    this.#child.kill();
  }
}

/** A stream of packets from one pod to another, a packet each millisecond, each judged as the first of a flow. */
export class Stream {
  readonly #sender: Asked;
  readonly #receiver: Asked;

  constructor(from: LabPod, to: LabPod, port: number) {
    this.#receiver = new Asked(to, "./receiver.ts", [`${port}`]);
    this.#sender = new Asked(from, "./sender.ts", [to.addresses.v4, `${port}`]);
  }

  /** The last packet that has arrived. */
  async last(): Promise<number> {
    return (await this.#received()).last;
  }

  /** Waits until a packet arrives that is later than the one named, and tells when the first such was sent. */
  async untilOpen(after: number): Promise<number> {
    for (const deadline = performance.now() + GIVE_UP_MS; performance.now() < deadline;) {
      const { last, resumed } = await this.#received();
      if (last > after) return this.#sentAt(resumed > after ? resumed : last);
      await sleep(POLL_MS);
    }
    throw new Error("packets still do not arrive");
  }

  /** Waits until packets do not arrive, and tells when the first of them was sent. */
  async untilClosed(): Promise<number> {
    for (const deadline = performance.now() + GIVE_UP_MS; performance.now() < deadline;) {
      const { last } = await this.#received();
      const sent = await this.#sent(0);
      if (sent.last - last > MISSING) {
        // A receiver that was only busy hears them late.
        await sleep(WATCH_MS);
        if ((await this.#received()).last === last) return this.#sentAt(last + 1);
      }
      await sleep(POLL_MS);
    }
    throw new Error("packets still arrive");
  }

  end(): void {
    this.#sender.end();
    this.#receiver.end();
  }

  #received(): Promise<ReceivedAnswer> {
    return this.#receiver.ask({});
  }

  #sent(sequence: number): Promise<SentAnswer> {
    return this.#sender.ask({ sequence });
  }

  async #sentAt(sequence: number): Promise<number> {
    const { at } = await this.#sent(sequence);
    if (at === undefined) throw new Error(`packet ${sequence} was never sent`);
    return at;
  }
}
