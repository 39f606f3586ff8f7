import { manifests, pod, policy } from "../example.ts";
import { emptySelectors, siteText } from "../empty-selector.ts";
import type { LintRule } from "../lint-rule.ts";
import { list } from "../words.ts";

const pods = [pod("shop/web", "app: web"), pod("monitoring/prometheus", "app: prometheus")];
const open = policy("monitoring/all", "podSelector: {}\npolicyTypes: [Ingress]\ningress: [{}]");
const from = (peer: string): string =>
  policy(
    "shop/metrics",
    `podSelector: {matchLabels: {app: web}}
policyTypes: [Ingress]
ingress:
  - from:
${peer}`,
  );

export const np103: LintRule = {
  code: "NP103",
  name: "own-namespace",
  severity: "error",
  summary:
    "A bare podSelector speaks of the policy's own namespace, but only other namespaces have such pods.",
  explanation: `A peer with a \`podSelector\` alone selects pods of the policy's own namespace. Where nothing there matches and pods of
another namespace do, those were meant: they need a \`namespaceSelector\` in the same list item. Every namespace has the
label \`kubernetes.io/metadata.name\`, by which it can be named.`,
  bad: manifests(...pods, open, from("      - podSelector: {matchLabels: {app: prometheus}}")),
  good: manifests(
    ...pods,
    open,
    from(`      - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: monitoring}}
        podSelector: {matchLabels: {app: prometheus}}`),
  ),
  check: (context) =>
    emptySelectors(context).flatMap((found) => {
      if (found.kind !== "elsewhere") return [];
      const { site, pods: others } = found;
      const namespaces = [...new Set(others.map(({ pod: { namespace } }) => namespace))];
      const own = site.policy.policy.namespace;
      const [first = ""] = namespaces;
      return [
        {
          at: site.policy,
          path: site.path,
          message: `\`${siteText(site)}\` matches no pod in namespace ${own}, but pods in ${list(namespaces)}`,
          label: `selects pods of ${own} only`,
          help: `add \`namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ${first}}}\` to the same list item`,
        },
      ];
    }),
};
