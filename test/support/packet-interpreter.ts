/* What two nodes' kernels do to a packet, from the text that the tools were given. Knows no policies. */
import type { Family } from "../../src/core/address.ts";
import type { Flow } from "../../src/core/traffic.ts";
import { type Plan, planWrites } from "../../src/kernel/plan.ts";
import { parseIpsetSave } from "../../src/kernel/read-ipset.ts";
import { parseIptablesSave } from "../../src/kernel/read-iptables.ts";
import type { KernelState } from "../../src/kernel/state.ts";
import { planWalk } from "../../src/kernel/walk/plan-walk.ts";
import type { Ruleset } from "../../src/render/ruleset.ts";
import type { NaiveEnd } from "./naive/ends.ts";
import type { Judge } from "./netfilter/fate.ts";
import { MemoryKernel } from "./netfilter/memory-kernel.ts";
import type { Packet } from "./netfilter/packet.ts";

/** One write, and how it looks. */
export interface Step {
  readonly text: string;
  carryOut(kernel: MemoryKernel): void;
}

/** A plan in the smallest steps between which a packet can come by: each set entry, each table, each destroyed set. */
export function stepsOf({ setsBefore, tables, answers, setsAfter, destroy }: Plan): Step[] {
  const line = (text: string): Step => ({ text, carryOut: (kernel) => kernel.ipset(text) });
  const table = (family: Family, text: string): Step => ({
    text: `${family} ${text}`,
    carryOut: (kernel) => kernel.restoreTable(family, text),
  });
  return [
    ...setsBefore.map(line),
    ...[...tables].map(([family, text]) => table(family, text)),
    ...[...answers].flatMap(([family, texts]) => texts.map((text) => table(family, text))),
    ...setsAfter.map(line),
    ...destroy.map((name): Step => ({
      text: `destroy ${name}`,
      carryOut: (kernel) => kernel.destroySet(name),
    })),
  ];
}

/** The steps of all plans that lead from what stands to what is meant. */
export const stepsTo = (standing: KernelState, wanted: Ruleset): Step[] =>
  planWalk({ kind: "read", state: standing }, wanted).flatMap(({ plan }) => stepsOf(plan));

/** Reads back what stands, through the tools' own output. */
export const readBack = (kernel: MemoryKernel): KernelState => ({
  sets: parseIpsetSave(kernel.saveSets()),
  tables: {
    IPv4: parseIptablesSave(`${kernel.saveTable("IPv4")}${kernel.saveTable("IPv4", "filter")}`),
    IPv6: parseIptablesSave(`${kernel.saveTable("IPv6")}${kernel.saveTable("IPv6", "filter")}`),
  },
});

/** A kernel that holds this ruleset and nothing else. */
export function kernelWith(ruleset: Ruleset): MemoryKernel {
  const kernel = new MemoryKernel();
  for (const step of stepsOf(planWrites(readBack(kernel), ruleset))) step.carryOut(kernel);
  return kernel;
}

/** Packets that begin such a flow; every other protocol is stood for by ping and GRE. */
export function packetsOf(flow: Flow, from: NaiveEnd, to: NaiveEnd): Packet[] {
  const [source = "", destination = ""] = [from.candidates[0], to.candidates[0]];
  const base = { source, destination, state: "NEW", hasLocalSource: false } as const;
  switch (flow.protocol) {
    case "TCP":
      return [{ ...base, protocol: "tcp", port: flow.port, flags: ["SYN"] }];
    case "UDP":
      return [{ ...base, protocol: "udp", port: flow.port }];
    case "SCTP":
      return [{ ...base, protocol: "sctp", port: flow.port }];
    case "other": {
      const ping =
        source.length === 32
          ? { protocol: "icmp" as const, icmpType: 8 }
          : { protocol: "ipv6-icmp" as const, icmpType: 128 };
      return [
        { ...base, ...ping },
        { ...base, protocol: "gre" },
      ];
    }
  }
}

/** A place where a packet is looked at on its way. */
export interface Checkpoint {
  readonly node: string;
  readonly hook: "FORWARD" | "OUTPUT";
  /** Whether the packet is the node's own. */
  readonly isOwn: boolean;
}

/**
 * The checkpoints between two ends: a pod's packets are forwarded by its node, out or in, once where both are on it; a
 * node's own come by OUTPUT; what is for the node itself comes by INPUT, where nothing of ours is.
 */
export function checkpoints(from: NaiveEnd, to: NaiveEnd): Checkpoint[] {
  const places: Checkpoint[] = [];
  if (from.node?.name !== undefined) places.push({ node: from.node.name, hook: "OUTPUT", isOwn: true });
  const source = from.pod?.node;
  if (source !== undefined && to.node?.name !== source)
    places.push({ node: source, hook: "FORWARD", isOwn: false });
  const destination = to.pod?.node;
  if (destination !== undefined && from.node?.name !== destination && destination !== source)
    places.push({ node: destination, hook: "FORWARD", isOwn: false });
  return places;
}

export const familyOf = (packet: Packet): Family => (packet.source.length === 32 ? "IPv4" : "IPv6");

/** Whether the packet gets by all its checkpoints, of which each node judges its own. */
export function arrives(
  nodes: ReadonlyMap<string, Judge>,
  places: readonly Checkpoint[],
  packet: Packet,
): boolean {
  return places.every(({ node, hook, isOwn }) => {
    const judge = nodes.get(node);
    return judge === undefined || judge(hook, { ...packet, hasLocalSource: isOwn }) === "passed";
  });
}
