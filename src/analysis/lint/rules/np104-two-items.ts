import { splitPeers } from "../and-meant.ts";
import { manifests, namespace, pod, policy } from "../example.ts";
import type { LintRule } from "../lint-rule.ts";
import { counted } from "../words.ts";

const around = [
  namespace("ops", "team: ops"),
  pod("shop/web", "app: web"),
  pod("ops/prometheus", "app: prometheus"),
  policy("ops/all", "podSelector: {}\npolicyTypes: [Ingress]\ningress: [{}]"),
];
const from = (peers: string): string =>
  policy("shop/metrics", `podSelector: {}\npolicyTypes: [Ingress]\ningress:\n  - from:\n${peers}`);

export const np104: LintRule = {
  code: "NP104",
  name: "two-items",
  severity: "warning",
  summary: "Two list items, so either is enough, where one with both conditions looks meant.",
  explanation: `\`namespaceSelector\` and \`podSelector\` in one list item are AND: those pods in those namespaces. With a dash before each they
are two peers: every pod of those namespaces, and those pods of the policy's own namespace. The dash is easy to miss, and it
opens far more than what was meant.

Said where one item selects namespaces and nothing else, the item beside it pods and nothing else, and the namespaces do have
such pods. \`podSelector: {}\` beside namespaces is left alone: it is the usual way to say "and my own namespace". If two peers
are meant, write the bare podSelector first in a rule of its own, or say why in a \`selvedge-ignore\`.`,
  bad: manifests(
    ...around,
    from(`      - namespaceSelector: {matchLabels: {team: ops}}
      - podSelector: {matchLabels: {app: prometheus}}`),
  ),
  good: manifests(
    ...around,
    from(`      - namespaceSelector: {matchLabels: {team: ops}}
        podSelector: {matchLabels: {app: prometheus}}`),
  ),
  check: (context) =>
    splitPeers(context).map(({ rule, second, both }) => ({
      at: rule.policy,
      path: second.path,
      message:
        "this is a second peer: either of the two items is enough, and the namespaces' pods are all allowed",
      label: "a list item of its own",
      help: `without the dash here, both must hold: ${counted(both.length, "pod")} would match (${both[0]?.pod.namespace}/${both[0]?.pod.name})`,
    })),
};
