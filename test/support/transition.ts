/* What packets meet while one ruleset becomes another, write by write. */
import type { Node } from "../../src/core/cluster.ts";
import { type Cluster, compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { nodeProgram } from "../../src/core/node-program.ts";
import type { GateScope } from "../../src/core/start-gate.ts";
import type { Plan } from "../../src/kernel/plan.ts";
import { planWalk } from "../../src/kernel/walk/plan-walk.ts";
import { type Host, plainHost } from "../../src/render/host.ts";
import { iptablesLayout } from "../../src/render/iptables.ts";
import type { Layout } from "../../src/render/layout.ts";
import { render } from "../../src/render/render.ts";
import type { Ruleset } from "../../src/render/ruleset.ts";
import { addressAtoms, flowAtoms } from "./atoms.ts";
import { type Bits, bitsOfAddress } from "./bits.ts";
import type { Change } from "./change-arbitrary.ts";
import { fateOf } from "./netfilter/fate.ts";
import type { MemoryKernel } from "./netfilter/memory-kernel.ts";
import type { Packet } from "./netfilter/packet.ts";
import { kernelWith, packetsOf, readBack, stepsOf } from "./packet-interpreter.ts";

/** A packet that was treated alike before and after, and otherwise in between. */
export interface Glitch {
  readonly packet: Packet;
  readonly kind: "dropped" | "leaked";
  /** The writes up to and with the one after which it happened. */
  readonly writes: readonly string[];
}

export interface Transition {
  /** One after the other; several where one would let a packet by. */
  readonly plans: readonly Plan[];
  readonly glitches: readonly Glitch[];
  /** How many times a packet was looked at. */
  readonly verdicts: number;
}

/** With a scope, behind the start gate. */
export const rulesetOf = (
  cluster: Cluster,
  node: string,
  scope?: GateScope,
  host?: Host,
  layout: Layout = iptablesLayout,
): Ruleset => render(layout, nodeProgram(compile(cluster), node, livePods(cluster.pods), scope), host);

const ownedBits = (cluster: Cluster): Set<Bits> =>
  new Set(
    cluster.pods.flatMap(({ addresses }) => (addresses === "unknown" ? [] : addresses.map(bitsOfAddress))),
  );

/** Between all pods' addresses and a few others, on a few of the ports that matter: a sample, as there are many steps. */
export function samplePackets({ before, after }: Change, nodes: readonly Node[]): Packet[] {
  const both: Cluster = {
    namespaces: [],
    pods: [...before.pods, ...after.pods],
    policies: [...before.policies, ...after.policies],
  };
  const owned = ownedBits(both);
  const flows = flowAtoms(both).filter(({ protocol }) => protocol === "TCP" || protocol === "other");
  return ([32, 128] as const).flatMap((width) => {
    const atoms = addressAtoms(both, nodes, width);
    const strangers = atoms.filter((bits) => !owned.has(bits));
    const ends = [...atoms.filter((bits) => owned.has(bits)).slice(0, 8), ...strangers.slice(-2)];
    const pairs = ends.flatMap((from) => ends.map((to) => [from, to] as const));
    return pairs.flatMap(([from, to]) =>
      flows
        .slice(-8)
        .flatMap((flow) => packetsOf(flow, { candidates: [from] }, { candidates: [to] }).slice(0, 1)),
    );
  });
}

export const isForwarded = (kernel: MemoryKernel, packet: Packet): boolean =>
  fateOf(kernel, "FORWARD", packet) === "passed";

/** Where a change happens. */
export interface Surroundings {
  /** The start gate before the change, and after it. */
  readonly scopes?: readonly [GateScope | undefined, GateScope | undefined];
  /** The node's host before the change, and after it. */
  readonly hosts?: readonly [Host, Host];
  /** What others have written before us. */
  readonly neighbours?: (kernel: MemoryKernel) => void;
}

/** Carries out the plans that lead from what stands to `wanted`, and looks at every packet at each step. */
export function watched(
  kernel: MemoryKernel,
  wanted: Ruleset,
  packets: readonly Packet[],
  neighbours: (kernel: MemoryKernel) => void = () => undefined,
): Transition {
  const end = kernelWith(wanted);
  neighbours(end);
  const plans = planWalk({ kind: "read", state: readBack(kernel) }, wanted).map(({ plan }) => plan);
  const steady = packets
    .map((packet) => ({ packet, verdict: isForwarded(kernel, packet) }))
    .filter(({ packet, verdict }) => isForwarded(end, packet) === verdict);
  const glitches = new Map<Packet, Glitch>();
  const writes: string[] = [];
  for (const step of plans.flatMap(stepsOf)) {
    step.carryOut(kernel);
    writes.push(step.text);
    for (const { packet, verdict } of steady) {
      if (glitches.has(packet) || isForwarded(kernel, packet) === verdict) continue;
      glitches.set(packet, { packet, kind: verdict ? "dropped" : "leaked", writes: [...writes] });
    }
  }
  return { plans, glitches: [...glitches.values()], verdicts: steady.length * writes.length };
}

/** Leads one node from `before` to `after`, and looks at every sampled packet at each step. */
export function transition(
  change: Change,
  node: string,
  nodes: readonly Node[],
  {
    scopes = [undefined, undefined],
    hosts = [plainHost, plainHost],
    neighbours = () => undefined,
  }: Surroundings = {},
): Transition {
  const kernel = kernelWith(rulesetOf(change.before, node, scopes[0], hosts[0]));
  neighbours(kernel);
  const wanted = rulesetOf(change.after, node, scopes[1], hosts[1]);
  return watched(kernel, wanted, samplePackets(change, nodes), neighbours);
}
