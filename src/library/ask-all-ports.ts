import { type CarefulPair, carefulReach } from "../analysis/careful-can.ts";
import type { Bounds } from "../core/evaluate.ts";
import { keyOf } from "../core/cluster.ts";
import type { Program } from "../core/program.ts";
import {
  type Traffic,
  allTraffic,
  intersectTraffic,
  noTraffic,
  portRange,
  trafficOf,
  unionTraffic,
} from "../core/traffic.ts";
import type { ManifestCluster } from "../kube/manifest-cluster.ts";
import { ask, pairsOf } from "./ask.ts";
import type { BadEnd } from "./end-spec.ts";
import type { AskedEnd } from "./ends.ts";
import { programWith } from "./program-with.ts";

type Parties = Extract<AskedEnd, { kind: "parties" }>;

/** Each port of a Service, asked by itself: what passes are the Service's own ports. */
function servicePorts(
  program: Program,
  cluster: ManifestCluster,
  { from, to }: { readonly from: Parties; readonly to: Extract<AskedEnd, { kind: "service" }> },
): Bounds | BadEnd {
  // A host elsewhere, whose addresses nobody knows: no port of it is ruled out.
  if (to.service.type === "ExternalName") return { certain: noTraffic, possible: allTraffic };
  let [certain, possible]: [Traffic, Traffic] = [noTraffic, noTraffic];
  for (const { protocol, port } of to.service.ports) {
    const answer = ask(program, cluster, { from, to, port: { kind: "number", protocol, port } });
    if ("kind" in answer) return answer;
    const own = trafficOf(protocol, [portRange(port, port)]);
    if (answer.verdict === "allowed") certain = unionTraffic(certain, own);
    if (answer.verdict !== "denied") possible = unionTraffic(possible, own);
  }
  return { certain, possible };
}

/**
 * Everything that may pass: `certain` for every connection that the two ends mean, `possible` for some of them, or
 * where something that is not known or not defined turns out well. Exact, every port of every protocol.
 */
export function askAllPorts(
  program: Program,
  cluster: ManifestCluster,
  { from, to }: { readonly from: AskedEnd; readonly to: AskedEnd },
): Bounds | BadEnd {
  if (from.kind === "service") {
    const message = `Service ${keyOf(from.service)} opens no connections: ask about the pods behind it`;
    return { kind: "bad", message };
  }
  if (to.kind === "service") return servicePorts(program, cluster, { from, to });
  const empty = [from, to].find(({ parties }) => parties.length === 0);
  if (empty !== undefined)
    return { kind: "bad", message: `${empty.name} has no address that nobody in the cluster has` };
  const pairs = pairsOf(from.parties, to.parties, from.name === to.name).map(([a, b]): CarefulPair => ({
    from: a,
    to: b,
    source: "its own",
  }));
  const whole = programWith(program, cluster, [...from.parties, ...to.parties]);
  const all = pairs.map((pair) => carefulReach(whole, pair));
  return {
    certain: all.map(({ certain }) => certain).reduce(intersectTraffic),
    possible: all.map(({ possible }) => possible).reduce(unionTraffic),
  };
}
