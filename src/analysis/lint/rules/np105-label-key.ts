import { selector, selectorText } from "../../../core/selector.ts";
import { manifests, pod, policy } from "../example.ts";
import type { Hit, LintRule } from "../lint-rule.ts";
import { misspeltKeys } from "../misspelt-keys.ts";
import { selectorParts } from "../selector-parts.ts";
import { type SelectorSite, selectorSites } from "../selector-site.ts";

const misspelt = (site: SelectorSite): Hit[] =>
  misspeltKeys(site).map(({ part: { key, keyPath }, meant }) => ({
    at: site.policy,
    path: [...site.path, ...keyPath],
    message: `nothing that this selector chooses from has a label \`${key}\`; there is \`${meant}\``,
    label: `nothing has a label \`${key}\``,
    help: `did you mean \`${meant}\`?`,
  }));

/** Conditions that others on the same key make superfluous, the last first, each once. */
function repeated({ selector: written, policy, path }: SelectorSite): Hit[] {
  const text = selectorText(selector(written));
  if (selector(written).kind === "nothing") return [];
  const parts = selectorParts(written);
  const idle = parts.findLast(
    (part) =>
      parts.some((other) => other !== part && other.key === part.key) &&
      selectorText(selector(part.without)) === text,
  );
  if (idle === undefined) return [];
  const at = [...path, ...idle.path];
  return [
    {
      at: policy,
      path: at,
      message: `the selector asks for the label \`${idle.key}\` twice; without this condition it matches the same`,
      label: "adds nothing",
      help: "leave it out",
      ...(idle.path[0] === "matchExpressions" && { removable: at }),
    },
  ];
}

const pods = [pod("shop/web", "app: web, tier: front"), pod("shop/api", "app: api, tier: back")];
const from = (label: string): string =>
  policy(
    "shop/api",
    `podSelector: {}
policyTypes: [Ingress]
ingress:
  - from:
      - podSelector: {matchLabels: {${label}}}`,
  );

export const np105: LintRule = {
  code: "NP105",
  name: "label-key",
  severity: "error",
  summary: "A selector's label key is misspelt, or asked for twice.",
  explanation: `A misspelt key matches nothing; under \`NotIn\` and \`DoesNotExist\` it matches everything, which is worse. A key counts as
misspelt where nothing that the selector chooses from has such a label, and something has one that is a slip away, that
differs in case or punctuation only, or that has the same name behind another prefix (\`name\`, \`app.kubernetes.io/name\`).

A key that one selector asks for twice, so that one of the conditions adds nothing, is told as well: one of the two was meant
to be another key. \`--fix\` takes a repeated expression out; what the selector matches stays exactly the same.`,
  bad: manifests(...pods, from("teir: front")),
  good: manifests(...pods, from("tier: front")),
  check: (context) => selectorSites(context).flatMap((site) => [...misspelt(site), ...repeated(site)]),
};
