import type { End } from "./end.ts";
import type { Side } from "./evaluate.ts";
import { namedTraffic } from "./named-ports.ts";
import { type Ports, type RuleId, policyKey } from "./policy.ts";
import type { Program } from "./program.ts";
import { type Flow, type Traffic, containsFlow, unionTraffic } from "./traffic.ts";

/** The rule that came nearest to allowing a flow, and what it lacks. */
export type NearestRule =
  /** It names the peer, and allows it only this; nothing, where a port that it names is not there. */
  | { readonly lacks: "port"; readonly rule: RuleId; readonly allows: Traffic }
  /** It allows the port, and names others as peers. */
  | { readonly lacks: "peer"; readonly rule: RuleId };

function opens({ numbered, named }: Ports, destination: End, flow: Flow): boolean {
  const ports = destination.kind === "pod" ? destination.pod.ports : [];
  const opened = named.reduce((sum, name) => unionTraffic(sum, namedTraffic(name, ports)), numbered);
  return containsFlow(opened, flow);
}

/** Of the nearest by `distance` the first. */
function closest<T>(rules: readonly T[], distance: (rule: T) => number): T | undefined {
  const least = Math.min(...rules.map(distance));
  return rules.find((rule) => distance(rule) === least);
}

/**
 * Which rule would be widened least to let the flow pass: one that names the peer already, else one that has the port. Of
 * several the one that is least far by `distance`, where the caller knows what was written, else the first in the order of
 * policies. `side` is the judgement of the end that refused.
 */
export function nearestRule(
  program: Program,
  side: Side,
  { destination, flow }: { readonly destination: End; readonly flow: Flow },
  distance: (rule: RuleId) => number = () => 0,
): NearestRule | undefined {
  const naming = side.rules.filter(({ names }) => names !== "no");
  const known = closest(naming, ({ rule }) => distance(rule));
  if (known !== undefined) return { lacks: "port", rule: known.rule, allows: known.possible };
  const keys = new Set(side.isolatedBy);
  const isolating = program.tiers
    .flatMap(({ policies }) => policies)
    .filter((policy) => keys.has(policyKey(policy)));
  const opening = isolating.flatMap((policy) =>
    policy.rules[side.direction]
      .filter(({ ports }) => opens(ports, destination, flow))
      .map(({ index }): RuleId => ({ policy: policyKey(policy), direction: side.direction, index })),
  );
  const rule = closest(opening, distance);
  return rule === undefined ? undefined : { lacks: "peer", rule };
}
