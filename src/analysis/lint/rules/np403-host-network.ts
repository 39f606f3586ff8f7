import { isEverything, selector } from "../../../core/selector.ts";
import { podName } from "../destinations.ts";
import { manifests, pod, policy } from "../example.ts";
import type { LintContext } from "../lint-context.ts";
import type { LintPod, LintPolicy, Path } from "../lint-input.ts";
import type { Hit, LintRule } from "../lint-rule.ts";
import { list } from "../words.ts";

const names = (pods: readonly LintPod[]): string => list(pods.map(podName));

function subjectHits({ onHost, selects }: LintContext, at: LintPolicy): Hit[] {
  const { spec } = at.policy;
  const pods = onHost.filter(({ pod: each }) => selects(at, undefined, each));
  if (spec === "invalid" || pods.length === 0) return [];
  return [
    {
      at,
      path: ["spec", "podSelector"],
      ...(isEverything(selector(spec.podSelector)) && { severity: "info" as const }),
      message: `${names(pods)} ${pods.length === 1 ? "is" : "are"} selected and not isolated: with hostNetwork, ${pods.length === 1 ? "its" : "their"} traffic is the node's`,
      label: "selects a hostNetwork pod",
      help: "a hostNetwork pod is beyond NetworkPolicy; close its ports with the node's own firewall",
    },
  ];
}

function peerHits({ onHost, selects, rules }: LintContext): Hit[] {
  return rules.flatMap(({ policy: at, peers }) =>
    peers.flatMap(({ peer, path }): Hit[] => {
      const { podSelector } = peer;
      // `{}` is about all the others.
      if (podSelector === undefined || isEverything(selector(podSelector))) return [];
      const pods = onHost.filter(({ pod: each }) => selects(at, peer, each));
      return pods.length === 0 ? [] : [peerHit(at, [...path, "podSelector"], pods)];
    }),
  );
}

const peerHit = (at: LintPolicy, path: Path, pods: readonly LintPod[]): Hit => ({
  at,
  path,
  message: `${names(pods)} bear${pods.length === 1 ? "s" : ""} these labels, but no selector matches a hostNetwork pod: its traffic comes from its node's address`,
  label: "never matches a hostNetwork pod",
  help: "name the nodes' addresses in an `ipBlock`",
});

const web = pod("shop/web", "app: web");
const agent = (hostNetwork: string): string => pod("shop/agent", "app: agent", "", hostNetwork);
const isolate = policy("shop/agent", "podSelector: {matchLabels: {app: agent}}\npolicyTypes: [Ingress]");
const open = policy(
  "shop/web",
  "podSelector: {matchLabels: {app: web}}\npolicyTypes: [Ingress]\ningress: [{}]",
);

export const np403: LintRule = {
  code: "NP403",
  name: "host-network",
  severity: "warning",
  summary: "A policy selects a pod with hostNetwork, which no policy isolates and no selector matches.",
  explanation: `A pod with \`hostNetwork: true\` has its node's addresses. To NetworkPolicy its traffic is its node's: it is never isolated, and
as a peer only an \`ipBlock\` with the node's address matches it. (Kubernetes leaves this undefined; Selvedge, like most, does
this.) Told as an info where \`podSelector: {}\` selects the whole namespace and such a pod happens to be in it.`,
  bad: manifests(web, open, agent("hostNetwork: true, "), isolate),
  good: manifests(web, open, agent(""), isolate),
  check: (context) => [
    ...context.policies.flatMap((policy) => subjectHits(context, policy)),
    ...peerHits(context),
  ],
};
