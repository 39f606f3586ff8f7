import { ruleIdText } from "../../../core/policy.ts";
import { manifests, pod, policy } from "../example.ts";
import { policyAt, redundanciesOf } from "../redundancies-of.ts";
import type { LintRule } from "../lint-rule.ts";
import { list } from "../words.ts";

const pods = [pod("shop/web", "app: web"), pod("shop/api", "app: api")];
const rules = (more: string): string =>
  policy(
    "shop/api",
    `podSelector: {}
policyTypes: [Ingress]
ingress:
  - from:
      - podSelector: {matchLabels: {app: web}}
    ports:
      - {port: 8000, endPort: 8999}${more}`,
  );

export const np301: LintRule = {
  code: "NP301",
  name: "redundant-rule",
  severity: "warning",
  summary: "A rule allows nothing that other rules do not allow.",
  explanation: `Without it, everything stays as it is: not only for today's pods, but for every pod with whatever labels, in whatever
namespace, at whatever address. A rule that merely matches nobody yet is not redundant. The rules that do its work may be of
several policies that select the same pods, each for a part of the ports or labels; of two that say the same, the later is
named, so all that are named can be left out together.

Decided on the normal form, label by label and port by port: exact for labels and ports. Addresses count as covered where one
rule has all of them, not two rules by halves. \`--fix\` takes the rule out.`,
  bad: manifests(
    ...pods,
    rules(`
  - from:
      - podSelector: {matchLabels: {app: web}}
    ports:
      - port: 8080`),
  ),
  good: manifests(...pods, rules("")),
  check: (context) =>
    redundanciesOf(context).flatMap((found) => {
      if (found.kind !== "rule") return [];
      const { id, by } = found;
      const path = ["spec", id.direction, id.index];
      const says = by.length === 1 ? "allows" : "together allow";
      return [
        {
          at: policyAt(context, id.policy),
          path,
          message: `${id.direction}[${id.index}] allows nothing more: ${list(by.map(ruleIdText))} ${says} all of it`,
          label: "adds nothing",
          help: "leave it out (`--fix` does): no pod, present or future, is allowed more or less",
          removable: path,
        },
      ];
    }),
};
