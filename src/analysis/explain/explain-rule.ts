import type { Family } from "../../core/address.ts";
import { type Side, type Verdict, verdictFor } from "../../core/evaluate.ts";
import type { IngressRule, NetworkPolicyPeer, NetworkPolicyPort } from "../../core/network-policy.ts";
import type { Direction, RuleId } from "../../core/policy.ts";
import { isNoTraffic } from "../../core/traffic.ts";
import type { Party } from "../party.ts";
import type { ExplainInput, WrittenPolicy } from "./explain-input.ts";
import type { ExplainedPair, Miss, RuleExplanation } from "./explanation.ts";
import { type RawMiss, nearestMiss } from "./nearest-miss.ts";
import { peerMiss } from "./peer-miss.ts";
import { portMiss } from "./port-miss.ts";
import { peersText, portsText } from "./rule-scope.ts";

interface WrittenRule {
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
}

/** The rule as it was written; `undefined` where it could not be read. */
function writtenRule(
  { policy: { spec } }: WrittenPolicy,
  { direction, index }: RuleId,
): WrittenRule | undefined {
  if (spec === "invalid") return undefined;
  const rule = spec[direction]?.[index];
  if (rule === undefined || rule === "invalid") return undefined;
  const peers =
    direction === "ingress" ? (rule as IngressRule).from : (rule as { to?: WrittenRule["peers"] }).to;
  return { peers: peers ?? [], ports: rule.ports ?? [] };
}

/** The nearest of several that are alternatives: none where one of them matches, or where there is no restriction. */
function nearestOf<T>(
  items: readonly T[],
  missOf: (item: T, i: number) => RawMiss | undefined,
): RawMiss | undefined {
  const misses = items.map(missOf);
  return misses.includes(undefined) ? undefined : nearestMiss(misses.filter((miss) => miss !== undefined));
}

/** What one side is explained by. */
export interface SideView {
  readonly input: ExplainInput;
  readonly pair: ExplainedPair;
  readonly family: Family;
  readonly side: Side;
}

/** Whose side it is, and who stands opposite. */
export const subjectAndPeer = (direction: Direction, { from, to }: ExplainedPair): [Party, Party] =>
  direction === "egress" ? [from, to] : [to, from];

const placed = (written: WrittenPolicy, miss: RawMiss | undefined): Miss | undefined => {
  if (miss === undefined) return undefined;
  return { ...miss, place: written.locate(miss.path) };
};

/** What one rule says of the connection, and the nearest miss of its peers and of its ports. */
export function explainRule(
  bounds: Side["rules"][number],
  written: WrittenPolicy,
  view: SideView,
): RuleExplanation {
  const { input, pair, family, side } = view;
  const { rule: id, certain, possible } = bounds;
  const path = ["spec", id.direction, id.index];
  const verdict: Verdict = verdictFor(bounds, pair.flow);
  const rule = writtenRule(written, id);
  const [, party] = subjectAndPeer(side.direction, pair);
  const peerView = { party, family, namespace: written.policy.namespace, namespaces: input.namespaces };
  const word = id.direction === "ingress" ? "from" : "to";
  // Blocks that hold an unknown address only together are for the judge to add up.
  const peer = isNoTraffic(certain)
    ? nearestOf(rule?.peers ?? [], (each, i) => peerMiss(each, [...path, word, i], peerView))
    : undefined;
  const port = nearestOf(rule?.ports ?? [], (each, i) => portMiss(each, [...path, "ports", i], pair));
  const peerSaid = placed(written, peer);
  const portSaid = placed(written, port);
  return {
    id,
    place: written.locate(path),
    scope: {
      peers: peersText(rule?.peers ?? [], written.policy.namespace),
      ports: portsText(rule?.ports ?? []),
    },
    verdict,
    opens: possible,
    ...(peerSaid !== undefined && { peer: peerSaid }),
    ...(portSaid !== undefined && { port: portSaid }),
  };
}
