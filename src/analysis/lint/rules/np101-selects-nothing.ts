import { manifests, pod, policy } from "../example.ts";
import { type EmptySelector, emptySelectors, siteText } from "../empty-selector.ts";
import type { Hit, LintRule } from "../lint-rule.ts";
import type { SelectorSite } from "../selector-site.ts";

const NOUNS: Readonly<Record<SelectorSite["role"], string>> = {
  subject: "no pod",
  "bare peer": "no pod",
  "peer pods": "no pod",
  "peer namespaces": "no namespace",
};

function scope({ role, policy }: SelectorSite): string {
  if (role === "peer namespaces") return "";
  return role === "peer pods"
    ? " in the namespaces of this peer"
    : ` in namespace ${policy.policy.namespace}`;
}

function hit(found: EmptySelector): Hit[] {
  const { site } = found;
  const at = { at: site.policy, path: site.path };
  const consequence = site.role === "subject" ? "the policy isolates nobody" : "the peer allows nothing";
  const what = `${NOUNS[site.role]}${scope(site)} matches \`${siteText(site)}\`: ${consequence}`;
  switch (found.kind) {
    case "no match":
      return [{ ...at, message: what, label: "matches nothing here", help: found.hint }];
    case "no candidates": {
      const help = "leave it as it is if they are described elsewhere";
      return [{ ...at, severity: "info", message: `${what}; there are none at all here`, help }];
    }
    case "elsewhere":
      return [];
  }
}

const web = pod("shop/web", "app: web");
const api = pod("shop/api", "app: api");
const allowing = (app: string): string =>
  policy(
    "shop/api",
    `podSelector: {}
policyTypes: [Ingress]
ingress:
  - from:
      - podSelector: {matchLabels: {app: ${app}}}`,
  );

export const np101: LintRule = {
  code: "NP101",
  name: "selects-nothing",
  severity: "warning",
  summary: "A selector matches nothing here.",
  explanation: `A policy whose \`podSelector\` matches no pod isolates nobody; a peer that matches no pod allows nothing. Both are
accepted without a word by the API server, and both look right when they are read.

"Here" is what was given: the files, or the live cluster. A selector of namespaces that are not among the files, or of
pods in namespaces of which the files have none, is told as an info only: they may be described elsewhere. Exact: every
selector is tried on every pod or namespace that it could match, hostNetwork pods apart (NP403).

What has a name of its own is told under that: a contradiction (NP102), pods of another namespace (NP103), a dash too much
(NP104), a misspelt key (NP105).`,
  bad: manifests(web, api, allowing("frontend")),
  good: manifests(web, api, allowing("web")),
  check: (context) => emptySelectors(context).flatMap(hit),
};
