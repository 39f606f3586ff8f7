import type { End } from "./end.ts";
import type { Side } from "./evaluate.ts";
import { namedTraffic } from "./named-ports.ts";
import { type Ports, type RuleId, policyKey } from "./policy.ts";
import type { Program } from "./program.ts";
import { type Flow, type Traffic, containsFlow, isNoTraffic, unionTraffic } from "./traffic.ts";

/** The rule that came nearest to allowing a flow, and what it lacks. */
export type NearestRule =
  /** It names the peer, and allows it only this. */
  | { readonly lacks: "port"; readonly rule: RuleId; readonly allows: Traffic }
  /** It allows the port, and names others as peers. */
  | { readonly lacks: "peer"; readonly rule: RuleId };

function opens({ numbered, named }: Ports, destination: End, flow: Flow): boolean {
  const ports = destination.kind === "pod" ? destination.pod.ports : [];
  const opened = named.reduce((sum, name) => unionTraffic(sum, namedTraffic(name, ports)), numbered);
  return containsFlow(opened, flow);
}

/**
 * Which rule would be widened least to let the flow pass: one that names the peer already, else one that has the port.
 * The first of equals in the order of policies. `side` is the judgement of the end that refused.
 */
export function nearestRule(
  program: Program,
  side: Side,
  destination: End,
  flow: Flow,
): NearestRule | undefined {
  const known = side.rules.find(({ possible }) => !isNoTraffic(possible));
  if (known !== undefined) return { lacks: "port", rule: known.rule, allows: known.possible };
  const keys = new Set(side.isolatedBy);
  for (const policy of program.tiers.flatMap(({ policies }) => policies)) {
    if (!keys.has(policyKey(policy))) continue;
    const rule = policy.rules[side.direction].find(({ ports }) => opens(ports, destination, flow));
    if (rule !== undefined) {
      return {
        lacks: "peer",
        rule: { policy: policyKey(policy), direction: side.direction, index: rule.index },
      };
    }
  }
  return undefined;
}
