import { selector } from "../../../core/selector.ts";
import { manifests, pod, policy } from "../example.ts";
import type { Hit, LintRule } from "../lint-rule.ts";
import { selectorParts } from "../selector-parts.ts";
import { type SelectorSite, selectorSites } from "../selector-site.ts";

const isNothing = (written: SelectorSite["selector"]): boolean => selector(written).kind === "nothing";

function contradiction(site: SelectorSite): Hit[] {
  if (!isNothing(site.selector)) return [];
  const parts = selectorParts(site.selector);
  const key = [...new Set(parts.map((part) => part.key))].find((each) => {
    const own = parts.filter((part) => part.key === each);
    return isNothing({ matchExpressions: own.flatMap(({ alone }) => expressionsOf(alone)) });
  });
  const last = parts.findLast((part) => part.key === key);
  const consequence = site.role === "subject" ? "the policy isolates nobody" : "the peer allows nothing";
  return [
    {
      at: site.policy,
      path: [...site.path, ...(last?.path ?? [])],
      message: `no label \`${key}\` can meet all that is asked of it: ${consequence}`,
      label: "contradicts what is asked above",
      help: "all conditions of a selector must hold together; for one or the other, list the values under one `In`, or write two peers",
    },
  ];
}

const expressionsOf = ({
  matchLabels = {},
  matchExpressions = [],
}: SelectorSite["selector"]): NonNullable<SelectorSite["selector"]["matchExpressions"]> => [
  ...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: "In" as const, values: [value] })),
  ...matchExpressions,
];

const pods = [pod("shop/web", "app: web"), pod("shop/api", "app: api")];
const from = (expressions: string): string =>
  policy(
    "shop/api",
    `podSelector: {}
policyTypes: [Ingress]
ingress:
  - from:
      - podSelector:
          matchExpressions:
${expressions}`,
  );

export const np102: LintRule = {
  code: "NP102",
  name: "never-matches",
  severity: "error",
  summary: "A selector contradicts itself: no labels can ever match it.",
  explanation: `All conditions of one selector must hold together. Two that ask different things of one key (\`app\` is \`web\`, and \`app\` is
\`api\`; exists, and does not exist) can never both hold, whatever pods there will be.

Exact: the conditions of each key are brought into the normal form that the compiler works with.`,
  bad: manifests(
    ...pods,
    from(`            - {key: app, operator: In, values: [web]}
            - {key: app, operator: In, values: [api]}`),
  ),
  good: manifests(...pods, from("            - {key: app, operator: In, values: [web, api]}")),
  check: (context) => selectorSites(context).flatMap(contradiction),
};
