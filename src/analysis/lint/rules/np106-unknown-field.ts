import { manifests, pod, policy } from "../example.ts";
import type { LintRule } from "../lint-rule.ts";
import { nearest } from "../nearest.ts";

/** By the kind of object that has them. */
const FIELDS = [
  "apiVersion kind metadata spec name namespace labels annotations",
  "podSelector policyTypes ingress egress from to ports namespaceSelector ipBlock",
  "matchLabels matchExpressions key operator values cidr except protocol port endPort",
].flatMap((names) => names.split(" "));

const pods = [pod("shop/web", "app: web"), pod("shop/api", "app: api")];
const rule = (field: string): string =>
  policy(
    "shop/api",
    `podSelector: {}
policyTypes: [Ingress]
ingress:
  - ${field}:
      - podSelector: {matchLabels: {app: web}}`,
  );

export const np106: LintRule = {
  code: "NP106",
  name: "unknown-field",
  severity: "error",
  summary: "A field that a NetworkPolicy does not have.",
  explanation: `The API server warns of such a field, leaves it out and takes the rest; \`kubectl\` asks it to refuse, other clients do not.
It is never harmless: a rule whose \`from\` is spelt \`form\` has no \`from\`, and so is open to all.`,
  bad: manifests(...pods, rule("form")),
  good: manifests(...pods, rule("from")),
  check: ({ policies }) =>
    policies.flatMap((policy) =>
      policy.unknownFields.map((path) => {
        const name = String(path.at(-1));
        const meant = nearest(name, FIELDS);
        return {
          at: policy,
          path,
          part: "key",
          message: `a NetworkPolicy has no field \`${policy.locate(path).field ?? name}\`: it is left out, and the rest is taken`,
          label: "is left out",
          help: meant === undefined ? undefined : `did you mean \`${meant}\`?`,
        };
      }),
    ),
};
