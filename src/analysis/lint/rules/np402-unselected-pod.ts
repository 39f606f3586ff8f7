import { podEnd } from "../../../core/end.ts";
import { isolatingPolicies } from "../../../core/evaluate.ts";
import { directions } from "../../../core/policy.ts";
import { manifests, pod, policy } from "../example.ts";
import type { LintRule } from "../lint-rule.ts";

const pods = [pod("shop/web", "app: web"), pod("shop/api", "app: api")];
const isolate = (subject: string): string =>
  policy("shop/api", `podSelector: {${subject}}\npolicyTypes: [Ingress]\ningress: [{}]`);

export const np402: LintRule = {
  code: "NP402",
  name: "unselected-pod",
  severity: "info",
  summary: "No policy selects this pod: all may reach it, and it may reach all that lets it.",
  explanation: `A pod that no policy selects is not isolated in either direction. That is how Kubernetes starts out, and it may be meant; a
policy with \`podSelector: {}\` in each namespace (default deny) is the way to never forget a pod. A workload counts as one pod.
Pods with \`hostNetwork\` are left out, since no policy can isolate them.`,
  bad: manifests(...pods, isolate("matchLabels: {app: api}")),
  good: manifests(...pods, isolate("")),
  check: ({ live, program }) =>
    live.flatMap((at) => {
      const isIsolated = directions.some(
        (direction) => isolatingPolicies(program, podEnd(at.pod), direction).length > 0,
      );
      if (isIsolated) return [];
      return [
        {
          at,
          path: ["metadata", "name"],
          message: "no policy selects this pod: it is open in both directions",
          help: `a policy with \`podSelector: {}\` in namespace ${at.pod.namespace} isolates all its pods`,
        },
      ];
    }),
};
