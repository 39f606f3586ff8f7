import { manifests, pod, policy } from "../example.ts";
import type { LintRule } from "../lint-rule.ts";
import { policyAt, redundanciesOf } from "../redundancies-of.ts";
import { list } from "../words.ts";

const pods = [pod("shop/web", "app: web"), pod("shop/api", "app: api")];
const fromWeb = (subject: string): string =>
  `podSelector: {${subject}}
policyTypes: [Ingress]
ingress:
  - from:
      - podSelector: {matchLabels: {app: web}}`;
const all = policy("shop/all", fromWeb(""));

export const np302: LintRule = {
  code: "NP302",
  name: "redundant-policy",
  severity: "warning",
  summary: "A policy isolates nobody and allows nothing that other policies do not.",
  explanation: `Without it, everything stays as it is, in the same strong sense as for NP301. A policy does two things: it isolates its pods,
and it allows what its rules say. It is redundant only where others isolate the same pods in the same directions, too; a
default-deny beside policies that select some of the pods never is. One that has no rules, beside others that select all of
its pods, is told as an info: it may be there for the day on which the others go.

\`--fix\` leaves it alone: that a policy is written down twice may be meant, one by each of two teams.`,
  bad: manifests(...pods, all, policy("shop/api", fromWeb("matchLabels: {app: api}"))),
  good: manifests(...pods, all),
  check: (context) =>
    redundanciesOf(context).flatMap((found) => {
      if (found.kind !== "policy") return [];
      const { policy: key, isRuleless, by } = found;
      const [isolate, allow] = by.length === 1 ? ["isolates", "allows"] : ["isolate", "allow"];
      const covers = isRuleless ? "" : ` and ${allow} all that it allows`;
      return [
        {
          at: policyAt(context, key),
          path: ["metadata", "name"],
          ...(isRuleless && { severity: "info" as const }),
          message: `the policy adds nothing: ${list(by)} ${isolate} its pods${covers}`,
          help: isRuleless
            ? "keep it if it is the namespace's default deny: it still isolates when the others go"
            : "delete it, or narrow what covers it",
        },
      ];
    }),
};
