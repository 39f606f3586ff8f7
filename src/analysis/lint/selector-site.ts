import type { LabelSelector, Labels } from "../../core/selector.ts";
import type { LintContext } from "./lint-context.ts";
import { memo } from "./memo.ts";
import type { LintPod, LintPolicy, Path } from "./lint-input.ts";

/** A place where a policy selects pods or namespaces by labels. */
export interface SelectorSite {
  readonly policy: LintPolicy;
  readonly path: Path;
  readonly selector: LabelSelector;
  readonly role: "subject" | "bare peer" | "peer pods" | "peer namespaces";
  /** The labels of all that it chooses from. */
  readonly among: readonly Labels[];
  /** Of `among`, the pods, where it chooses pods; hostNetwork pods too, which it never gets. */
  readonly pods: readonly LintPod[];
}

function podSite(
  context: LintContext,
  site: Pick<SelectorSite, "policy" | "path" | "selector" | "role">,
  isCandidate: (pod: LintPod) => boolean,
): SelectorSite {
  const pods = [...context.live, ...context.onHost].filter(isCandidate);
  return { ...site, pods, among: pods.map(({ pod }) => pod.labels) };
}

function peerSites(context: LintContext): SelectorSite[] {
  return context.rules.flatMap(({ policy, peers }) =>
    peers.flatMap(({ peer, path }): SelectorSite[] => {
      const { namespaceSelector, podSelector } = peer;
      const own = policy.policy.namespace;
      const chosen =
        namespaceSelector === undefined
          ? []
          : [
              {
                policy,
                path: [...path, "namespaceSelector"],
                selector: namespaceSelector,
                role: "peer namespaces" as const,
                among: context.namespaces.map(({ labels }) => labels),
                pods: [],
              },
            ];
      if (podSelector === undefined) return chosen;
      const site = { policy, path: [...path, "podSelector"], selector: podSelector };
      if (namespaceSelector === undefined)
        return [podSite(context, { ...site, role: "bare peer" }, ({ pod }) => pod.namespace === own)];
      const anyPod = { namespaceSelector };
      const pods = podSite(context, { ...site, role: "peer pods" }, ({ pod }) =>
        context.selects(policy, anyPod, pod),
      );
      return [...chosen, pods];
    }),
  );
}

/** Every selector of every policy, but those of rules that stand in a direction which their policy does not isolate. */
export const selectorSites = memo((context: LintContext): SelectorSite[] => {
  const subjects = context.policies.flatMap((policy): SelectorSite[] => {
    const { spec, namespace } = policy.policy;
    if (spec === "invalid") return [];
    const site = {
      policy,
      path: ["spec", "podSelector"],
      selector: spec.podSelector,
      role: "subject" as const,
    };
    return [podSite(context, site, ({ pod }) => pod.namespace === namespace)];
  });
  return [...subjects, ...peerSites(context)];
});
