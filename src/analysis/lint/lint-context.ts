import { type Pod, keyOf } from "../../core/cluster.ts";
import { livePods } from "../../core/live-pods.ts";
import { isMember } from "../../core/member.ts";
import type { NetworkPolicyPeer } from "../../core/network-policy.ts";
import { everything, matches, selector } from "../../core/selector.ts";
import { memo } from "./memo.ts";
import type { LintInput, LintPod, LintPolicy } from "./lint-input.ts";
import { type WrittenRule, writtenRules } from "./written-rules.ts";

/** The input, with what several rules ask of it. */
export interface LintContext extends LintInput {
  /** Pods that policies can isolate and selectors can match. */
  readonly live: readonly LintPod[];
  /** Pods with their node's addresses: no subject, no peer. */
  readonly onHost: readonly LintPod[];
  /** Rules of directions that their policy isolates; others are never looked at. */
  readonly rules: readonly WrittenRule[];
  /** The live pods that a policy isolates, in whatever direction. */
  readonly subjects: (policy: LintPolicy) => readonly LintPod[];
  /** The live pods that a peer's selectors match; none for an ipBlock. */
  readonly members: (policy: LintPolicy, peer: NetworkPolicyPeer) => readonly LintPod[];
  /** Whether a peer's, or with no peer a policy's, selectors match this pod by its labels, be it live or not. */
  readonly selects: (policy: LintPolicy, peer: NetworkPolicyPeer | undefined, pod: Pod) => boolean;
}

/** Makes the context; everything in it is worked out once, when it is first asked for. */
export function lintContext(input: LintInput): LintContext {
  const byKey = new Map(input.pods.map((each) => [keyOf(each.pod), each]));
  const live = livePods(input.pods.map(({ pod }) => pod)).flatMap((pod) => {
    const found = byKey.get(keyOf(pod));
    return found === undefined ? [] : [{ ...found, pod }];
  });
  const namespaces = new Map(input.namespaces.map((each) => [each.name, each]));

  const selects = ({ policy }: LintPolicy, peer: NetworkPolicyPeer | undefined, pod: Pod): boolean => {
    if (peer === undefined) {
      const subject = policy.spec === "invalid" ? everything : selector(policy.spec.podSelector);
      return pod.namespace === policy.namespace && matches(subject, pod.labels);
    }
    const { namespaceSelector, podSelector } = peer;
    if (namespaceSelector === undefined && podSelector === undefined) return false;
    const group = {
      namespaces:
        namespaceSelector === undefined
          ? ({ kind: "named", name: policy.namespace } as const)
          : ({ kind: "selected", selector: selector(namespaceSelector) } as const),
      pods: selector(podSelector ?? {}),
    };
    return isMember(group, pod, namespaces.get(pod.namespace));
  };

  const subjects = memo((policy: LintPolicy) => live.filter(({ pod }) => selects(policy, undefined, pod)));
  const membersOf = memo((policy: LintPolicy) =>
    memo((peer: NetworkPolicyPeer) => live.filter(({ pod }) => selects(policy, peer, pod))),
  );
  return {
    ...input,
    live,
    onHost: input.pods.filter(({ pod }) => pod.hostNetwork && !pod.finished),
    rules: input.policies.flatMap(writtenRules),
    subjects,
    members: (policy, peer) => membersOf(policy)(peer),
    selects,
  };
}
