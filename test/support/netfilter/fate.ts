import type { Family } from "../../../src/core/address.ts";
import type { MemoryKernel } from "./memory-kernel.ts";
import type { Packet } from "./packet.ts";
import { type Outcome, walk } from "./traverse.ts";

export type Fate = "passed" | "dropped" | "refused";

export const fates: Readonly<Record<Outcome["verdict"], Fate>> = {
  accept: "passed",
  drop: "dropped",
  reject: "refused",
};

/** What becomes of a packet at a hook of one node. */
export type Judge = (hook: "FORWARD" | "OUTPUT", packet: Packet) => Fate;

/** What becomes of a packet that a node forwards or sends: mangle, filter, and mangle once more on its way out. */
export function fateOf(kernel: MemoryKernel, hook: "FORWARD" | "OUTPUT", packet: Packet): Fate {
  const family: Family = packet.source.length === 32 ? "IPv4" : "IPv6";
  const [mangle, filter] = [kernel.tables[family], kernel.filters[family]];
  const judged = walk(mangle, hook, packet);
  if (judged.verdict !== "accept") return fates[judged.verdict];
  const filtered = walk(filter, hook, judged.packet);
  if (filtered.verdict !== "accept") return fates[filtered.verdict];
  return fates[walk(mangle, "POSTROUTING", filtered.packet).verdict];
}
