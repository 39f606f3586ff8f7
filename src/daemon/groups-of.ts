import { everyPodId, needsEveryPod } from "../core/normalize.ts";
import { type GroupId, type Policy, directions } from "../core/policy.ts";

/** The groups that a policy names; a named port towards addresses asks all pods. */
export function groupsOf({ rules }: Policy): ReadonlySet<GroupId> {
  const each = directions.flatMap((direction) => rules[direction]);
  const named = each.flatMap(({ peers }) => (peers.kind === "some" ? peers.groups : []));
  const asksAll = rules.egress.some(({ peers, ports }) => needsEveryPod(peers, ports.named));
  return new Set(asksAll ? [...named, everyPodId] : named);
}
