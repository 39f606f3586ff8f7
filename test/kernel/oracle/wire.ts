import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { type Exec, prefixExec, processExec } from "../../../src/kernel/exec.ts";
import type { Packet } from "../../support/netfilter/packet.ts";
import { bitsOf, bitsOfAddress, textOfBits } from "../../support/bits.ts";
import { must } from "../../support/must.ts";
import { nodes } from "../../support/arbitrary/addresses.ts";
import { packetBytes } from "./packet-bytes.ts";

/**
 * How a packet meets the rules: in at one interface and out at another; in at one port of a bridge and out at another
 * (br_netfilter); or out of a process of the node, as kube-proxy in IPVS mode sends pods' packets on. Two hooks of one
 * chain, and three paths through the kernel.
 */
export type Way = "routed" | "bridged" | "local";

export const ways: readonly Way[] = ["routed", "bridged", "local"];

/** Something to send by some way. The mark must be in every packet of it. */
export interface Probe {
  readonly way: Way;
  /** `id` tells this probe from the others of one sending: see `Contents`. */
  packets(mark: Buffer, id: number): readonly Buffer[];
}

/** The node whose kernel it is: packets from its own addresses are its own. */
export const NODE = "n1";

/** A guard against hanging, not a bar: how long nothing at all may be heard. */
const HEARD_WITHIN_MS = 20_000;

const pathOf = (file: string): string => fileURLToPath(new URL(file, import.meta.url));

const ownAddresses = (): string =>
  must(nodes.find(({ name }) => name === NODE))
    .addresses.map((address) => {
      const bits = bitsOfAddress(address);
      return `address add ${textOfBits(bits)}/${bits.length} dev lo`;
    })
    .join("\n");

/** Between two addresses of the benchmarking range, which no pod, node or policy of the tests knows: passes always. */
const FENCE: Packet = {
  source: bitsOf("198.18.0.1"),
  destination: bitsOf("198.18.0.2"),
  protocol: "udp",
  port: 9,
  state: "NEW",
  hasLocalSource: false,
};

/** The last packet by each way. What was sent before it and has not come out by then is not going to: see wire.sh. */
const fence = (way: Way): Probe => ({
  way,
  packets: (payload, id) => [packetBytes(FENCE, { id, payload })],
});

/**
 * A kernel of one's own to send packets through: a network namespace that lives as long as the one process in it, which
 * ends when this one does, in whatever way.
 */
export class Wire {
  /** Runs programs in the network namespace. */
  readonly exec: Exec;
  /** Put in front of a command, these words have it run there. */
  readonly enter: readonly [string, ...string[]];
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #seen = new Map<string, number>();
  #sent = 0;
  #unread = "";
  #trouble = "";
  #look: () => void = () => undefined;

  private constructor(child: ChildProcessWithoutNullStreams) {
    this.#child = child;
    this.enter = ["nsenter", `--target=${must(child.pid)}`, "--net", "--"];
    this.exec = prefixExec(processExec, this.enter);
    child.stdout.on("data", (chunk: Buffer) => this.#read(chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => this.#fail(chunk.toString()));
    child.once("error", (error) => this.#fail(error.message));
    child.once("exit", () => this.#fail("the wire has ended"));
    // Its end is told by the exit; writing to it afterwards is no other news.
    child.stdin.on("error", () => undefined);
  }

  static async open(): Promise<Wire> {
    const words = ["--net", "sh", pathOf("wire.sh"), pathOf("wire.pl"), ownAddresses()];
    const wire = new Wire(spawn("unshare", words));
    await wire.#until(() => wire.#seen.has("ready"));
    return wire;
  }

  /** Sends the probes in order, and tells of each how many packets have come out at the far end. */
  async send(probes: readonly Probe[]): Promise<number[]> {
    const fenced = [...probes, ...ways.map(fence)];
    const marks = fenced.map((probe, i) => {
      this.#sent += 1;
      const mark = this.#sent.toString(16).padStart(8, "0");
      const packets = probe.packets(Buffer.from(`selvedge${mark}`), 1 + (i % 65_535));
      for (const bytes of packets) this.#child.stdin.write(`${probe.way} ${bytes.toString("hex")}\n`);
      return mark;
    });
    const fences = marks.slice(probes.length);
    await this.#until(() => fences.every((mark) => this.#seen.has(mark)));
    return marks.slice(0, probes.length).map((mark) => this.#seen.get(mark) ?? 0);
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, "exit");
    this.#child.stdin.end();
    await ended;
  }

  #read(text: string): void {
    const lines = (this.#unread + text).split("\n");
    this.#unread = lines.pop() ?? "";
    for (const line of lines) {
      if (line.startsWith("!")) this.#trouble += `${line}\n`;
      else this.#seen.set(line, (this.#seen.get(line) ?? 0) + 1);
    }
    this.#look();
  }

  #fail(what: string): void {
    this.#trouble += `${what}\n`;
    this.#look();
  }

  /** Waits until it is so, looking whenever something is heard from the other side. */
  async #until(isSo: () => boolean): Promise<void> {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const timer = setTimeout(() => reject(new Error("wire: nothing came out any more")), HEARD_WITHIN_MS);
    this.#look = () => {
      timer.refresh();
      if (this.#trouble !== "") reject(new Error(`wire: ${this.#trouble}`));
      else if (isSo()) resolve();
    };
    this.#look();
    try {
      await promise;
    } finally {
      this.#look = () => undefined;
      clearTimeout(timer);
    }
  }
}
