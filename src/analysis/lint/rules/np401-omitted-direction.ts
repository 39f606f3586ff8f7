import { type Direction, directions } from "../../../core/policy.ts";
import { manifests, pod, policy } from "../example.ts";
import type { LintRule } from "../lint-rule.ts";
import { counted } from "../words.ts";
import { isolatedDirections } from "../written-rules.ts";

const TYPES: Readonly<Record<Direction, string>> = { ingress: "Ingress", egress: "Egress" };

const pods = [pod("shop/web", "app: web"), pod("shop/api", "app: api")];
const types = (written: string): string =>
  policy(
    "shop/api",
    `podSelector: {}
policyTypes: [${written}]
ingress:
  - from:
      - podSelector: {matchLabels: {app: web}}
egress:
  - {}`,
  );

export const np401: LintRule = {
  code: "NP401",
  name: "omitted-direction",
  severity: "error",
  summary: "policyTypes omits a direction for which the policy has rules: they do nothing.",
  explanation: `\`policyTypes\` alone says which directions a policy isolates. Rules of a direction that it omits are kept, shown by every tool,
and never looked at: the pods stay open that way.

\`--fix\` leaves it alone: to add the direction isolates the pods, to drop the rules gives up what they were written for.`,
  bad: manifests(...pods, types("Ingress")),
  good: manifests(...pods, types("Ingress, Egress")),
  check: ({ policies }) =>
    policies.flatMap((at) => {
      const { spec } = at.policy;
      if (spec === "invalid") return [];
      const isolated = isolatedDirections(spec);
      return directions.flatMap((direction) => {
        const count = spec[direction]?.length ?? 0;
        if (count === 0 || isolated.includes(direction)) return [];
        return [
          {
            at,
            path: ["spec", "policyTypes"],
            message: `${counted(count, `${direction} rule`)} without effect: policyTypes has no ${TYPES[direction]}, so ${direction} stays open`,
            label: `no ${TYPES[direction]} here`,
            help: `add \`${TYPES[direction]}\` to policyTypes, or remove the rules`,
          },
        ];
      });
    }),
};
