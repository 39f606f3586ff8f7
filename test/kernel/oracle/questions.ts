import type { Cluster } from "../../../src/core/compile.ts";
import type { Flow } from "../../../src/core/traffic.ts";
import { nodes } from "../../support/arbitrary/addresses.ts";
import { addressAtoms, flowAtoms } from "../../support/atoms.ts";
import { type Bits, isInCidr } from "../../support/bits.ts";
import { must } from "../../support/must.ts";
import type { Packet } from "../../support/netfilter/packet.ts";
import { packetsOf } from "../../support/packet-interpreter.ts";
import type { NodeView } from "./node-view.ts";
import { type Way, ways } from "./wire.ts";

/** One packet, the way it comes, and what core says of it. */
export interface Question {
  readonly packet: Packet;
  readonly flow: Flow;
  readonly way: Way;
  readonly verdict: "allowed" | "denied";
}

/** Addresses that the kernel routes nowhere, whatever the rules say (RFC 6890); a bridge does not look at them. */
const UNROUTABLE = [
  "0.0.0.0/8",
  "127.0.0.0/8",
  "224.0.0.0/4",
  "255.255.255.255/32",
  "::/128",
  "::1/128",
  "ff00::/8",
  "0:0:0:0:0:ffff:0:0/96",
];

const isRoutable = (bits: Bits): boolean => !UNROUTABLE.some((cidr) => isInCidr(bits, cidr));

/** The ways by which a packet can come to the rules; none to the node itself, where nothing of ours is (INPUT). */
function waysBetween(source: Bits, destination: Bits, view: NodeView): readonly Way[] {
  if (view.isOwn(destination) || (view.areOnePod(source, destination) && source !== destination)) return [];
  if (view.isOwn(source)) return isRoutable(destination) ? ["local"] : [];
  return isRoutable(source) && isRoutable(destination) ? ways : ["bridged"];
}

/** A step through a list, around and around, that visits each place once: prime, so it shares no divisor with the length. */
const STRIDE = 1_000_003;

/**
 * At most so many packets to or from this node's pods, spread evenly over every pair of address atoms and every flow atom
 * of the cluster (all of them where they are few), by the three ways in turn.
 */
export function questionsFor(cluster: Cluster, view: NodeView, limit: number): Question[] {
  const flows = flowAtoms(cluster);
  const pairs = ([32, 128] as const).flatMap((width) => {
    const atoms = addressAtoms(cluster, nodes, width);
    return atoms.flatMap((from) =>
      atoms
        .filter((to) => view.isLocal(from) || view.isLocal(to))
        .map((to) => ({ from, to, ways: waysBetween(from, to, view) }))
        .filter(({ ways }) => ways.length > 0),
    );
  });
  const total = pairs.length * flows.length;
  return Array.from({ length: Math.min(limit, total) }, (_, i) => {
    const place = (i * STRIDE) % total;
    const { from, to, ways } = must(pairs[Math.floor(place / flows.length)]);
    const flow = must(flows[place % flows.length]);
    const way = must(ways[i % ways.length]);
    const verdict = view.verdict(from, to, flow);
    const packets = packetsOf(flow, { candidates: [from] }, { candidates: [to] });
    return packets.map((packet): Question => ({ packet, flow, way, verdict }));
  }).flat();
}
