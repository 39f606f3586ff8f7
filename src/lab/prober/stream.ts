import { type ChildProcess, spawn } from "node:child_process";
import { rename, writeFile } from "node:fs/promises";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { DualStack } from "../addressing.ts";
import { inNetns } from "../enter.ts";
import { LAB_MARK } from "../names.ts";

const PROGRAM = fileURLToPath(new URL("stream.pl", import.meta.url));

/** One end of the traffic: a pod, usually. */
export interface StreamEnd {
  readonly name: string;
  readonly netnsPath: string;
  readonly addresses: DualStack;
}

export interface StreamOptions {
  readonly lab: string;
  readonly ends: readonly StreamEnd[];
  /** All ends together, packets a second. */
  readonly rate: number;
  /** A file of the stream's own. */
  readonly windowFile: string;
  /** Whether this end sends to that one. */
  readonly isSent: (from: StreamEnd, to: StreamEnd) => boolean;
}

/** One way that packets go, by names of ends; UDP to port 5000, a TCP SYN to port 5001. */
export interface StreamWay {
  readonly from: string;
  readonly to: string;
  readonly protocol: "udp" | "tcp";
  readonly family: "v4" | "v6";
}

/** What became of the packets that were sent in one window by one way. */
export interface StreamCount {
  readonly window: number;
  readonly way: StreamWay;
  readonly sent: number;
  readonly received: number;
}

/** How often all ends must have told what came in, a fifth of a second apart, until nothing can be on its way any more. */
const LAST_ROUNDS = 5;

const familyOf = (number: string | undefined): StreamWay["family"] => (number === "2" ? "v4" : "v6");

/**
 * Traffic between many ends that does not pause while things change: a process in each network namespace sends new
 * connections at a steady rate and counts what comes in. Packets bear the number of the window in which they were sent.
 */
export class Stream {
  readonly #options: StreamOptions;
  readonly #children: ChildProcess[] = [];
  readonly #counts = new Map<string, { sent: number; received: number }>();
  readonly #told: number[] = [];
  /** How often each end has told what came in. */
  readonly #rounds: number[] = [];
  #changed: () => void = () => undefined;

  private constructor(options: StreamOptions) {
    this.#options = options;
  }

  /** Starts all ends, in window 0: silent. */
  static async start(options: StreamOptions): Promise<Stream> {
    const stream = new Stream(options);
    await stream.#write("0\n");
    await Promise.all(options.ends.map((_, i) => stream.#startEnd(i)));
    return stream;
  }

  /** Fulfilled when whatever is sent from now on is of this window. 0 is silence. */
  async window(number: number): Promise<void> {
    await this.#write(`${number}\n`);
    await this.#until(() => this.#told.every((told) => told === number));
  }

  /** Sends nothing any more; fulfilled when what was on its way has come in and is counted, however busy the machine is. */
  async silence(): Promise<void> {
    await this.window(0);
    const last = this.#rounds.map((rounds) => rounds + LAST_ROUNDS);
    await this.#until(() => last.every((rounds, place) => (this.#rounds[place] ?? 0) >= rounds));
  }

  async #until(isSo: () => boolean): Promise<void> {
    while (!isSo())
      await new Promise<void>((resolve) => {
        this.#changed = resolve;
      });
  }

  /** Ends all; fulfilled when they are gone. */
  async close(): Promise<void> {
    const gone = this.#children.map(
      (child) =>
        new Promise((resolve) => (child.exitCode === null ? child.once("close", resolve) : resolve(0))),
    );
    await this.#write("");
    await Promise.all(gone);
  }

  counts(): StreamCount[] {
    return [...this.#counts].map(([key, count]) => {
      const [window, from, to, protocol, family] = key.split(" ");
      const nameOf = (place: string | undefined): string => this.#options.ends[Number(place)]?.name ?? "";
      const way: StreamWay = {
        from: nameOf(from),
        to: nameOf(to),
        protocol: protocol === "tcp" ? "tcp" : "udp",
        family: familyOf(family),
      };
      return { window: Number(window), way, ...count };
    });
  }

  /** Whole, whoever looks at it meanwhile. */
  async #write(text: string): Promise<void> {
    const { windowFile } = this.#options;
    await writeFile(`${windowFile}.next`, text);
    await rename(`${windowFile}.next`, windowFile);
  }

  async #startEnd(place: number): Promise<void> {
    const { lab, ends, rate, windowFile, isSent } = this.#options;
    const end = ends[place];
    if (end === undefined) return;
    const others = ends.flatMap((other, number) =>
      other === end || !isSent(end, other)
        ? []
        : [[number, end.addresses.v4, other.addresses.v4, end.addresses.v6, other.addresses.v6].join(",")],
    );
    const [command, ...enter] = inNetns(end.netnsPath);
    const args = [...enter, "perl", PROGRAM, windowFile, `${place}`, `${rate / ends.length}`, ...others];
    const child = spawn(command, args, {
      stdio: ["ignore", "pipe", "inherit"],
      env: { ...process.env, [LAB_MARK]: lab },
    });
    this.#children.push(child);
    this.#told[place] = 0;
    this.#rounds[place] = 0;
    await new Promise<void>((resolve, reject) => {
      child.once("error", reject);
      child.once("exit", () => reject(new Error(`the stream of ${end.name} has ended`)));
      createInterface({ input: child.stdout }).on("line", (line) => {
        if (line === "ready") resolve();
        else this.#hear(place, line);
      });
    });
  }

  #hear(place: number, line: string): void {
    const [kind, window = "", other = "", protocol, family, count] = line.split(" ");
    if (kind === "W") {
      this.#told[place] = Number(window);
      this.#changed();
      return;
    }
    if (kind === "T") {
      this.#rounds[place] = (this.#rounds[place] ?? 0) + 1;
      this.#changed();
      return;
    }
    const [from, to] = kind === "S" ? [place, other] : [other, place];
    const key = [window, from, to, protocol, family].join(" ");
    const entry = this.#counts.get(key) ?? { sent: 0, received: 0 };
    entry[kind === "S" ? "sent" : "received"] += Number(count);
    this.#counts.set(key, entry);
  }
}
