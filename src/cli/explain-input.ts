import type { ExplainInput, WrittenPolicy } from "../analysis/explain/explain-input.ts";
import type { Party } from "../analysis/party.ts";
import { keyOf } from "../core/cluster.ts";
import { namedNamespace } from "../kube/schema/namespace.ts";
import { inhabitants } from "../library/ends.ts";
import { programWith } from "../library/program-with.ts";
import type { Loaded } from "./load-source.ts";
import { written } from "./written.ts";

/** What explanations of these parties are made of, out of a cluster and the files that it was read from. */
export function explainInput(
  { cluster, program }: Pick<Loaded, "cluster" | "program">,
  parties: readonly Party[],
): ExplainInput {
  const policies = cluster.policies.map(({ policy, source }): [string, WrittenPolicy] => [
    keyOf(policy),
    { ...written(source, `NetworkPolicy ${keyOf(policy)}`), policy },
  ]);
  const asked = parties.flatMap(({ end, hostPod }) => [
    ...(end.kind === "pod" ? [end.pod] : []),
    ...(hostPod === undefined ? [] : [hostPod]),
  ]);
  // A pod that is only supposed may be in a namespace that is only supposed.
  const named = asked.map(({ namespace }) => [namespace, namedNamespace(namespace)] as const);
  const known = cluster.namespaces.map((namespace) => [namespace.name, namespace] as const);
  const made = cluster.workloads.filter(({ replicaPods }) => replicaPods.length === 0);
  const templates = new Set(made.map(({ podKey }) => podKey));
  return {
    program: programWith(program, cluster, parties),
    namespaces: new Map([...named, ...known]),
    pods: [
      ...inhabitants(cluster).pods,
      ...cluster.pods.filter((pod) => templates.has(keyOf(pod)) && !pod.hostNetwork),
    ],
    policies: new Map(policies),
  };
}
