import { columns } from "../analysis/columns.ts";
import type { PolicyCounters } from "../kernel/counters/policy-counters.ts";

/** A table: what each rule let begin, what each policy's isolation dropped, and what was dropped for no policy. */
export function countersText({ rules, denied, cut, dropped }: PolicyCounters): string {
  const rows = [
    ...rules.map(({ rule, packets, bytes }) => [
      rule.policy,
      `${rule.direction}[${rule.index}]`,
      `${packets}`,
      `${bytes}`,
    ]),
    ...cut.map(({ comment, packets, bytes }) => [comment, "?", `${packets}`, `${bytes}`]),
    ...denied.map(({ policy, direction, packets, bytes }) => [
      policy,
      `${direction} denied`,
      `${packets}`,
      `${bytes}`,
    ]),
    ...dropped.map(({ reason, packets, bytes }) => ["-", reason, `${packets}`, `${bytes}`]),
  ];
  return `${columns([["POLICY", "RULE", "PACKETS", "BYTES"], ...rows])}\n`;
}

/** The same for programs. */
export const countersJson = ({ rules, denied, cut, dropped }: PolicyCounters): string =>
  `${JSON.stringify(
    {
      apiVersion: "selvedge.dev/v1alpha1",
      kind: "Counters",
      rules: rules.map(({ rule: { policy, direction, index }, packets, bytes }) => ({
        policy,
        direction,
        rule: index,
        packets,
        bytes,
      })),
      cut,
      denied,
      dropped,
    },
    undefined,
    2,
  )}\n`;
