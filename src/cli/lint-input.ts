import type { CommentedSource } from "../analysis/lint/ignores/ignore-comment.ts";
import type { LintInput, LintPod } from "../analysis/lint/lint-input.ts";
import { type Pod, keyOf } from "../core/cluster.ts";
import type { Program } from "../core/program.ts";
import { yamlComments } from "../kube/files/fix/yaml-comments.ts";
import type { ManifestCluster } from "../kube/manifest-cluster.ts";
import { decode } from "../kube/schema/decode.ts";
import { containerPorts } from "../kube/schema/pod-spec.ts";
import { podSchema } from "../kube/schema/pod.ts";
import { unknownFields } from "../kube/validation/unknown-fields.ts";
import { written } from "./written.ts";

/** What lint looks at, out of a cluster and the files that it was read from. */
export function lintInput(cluster: ManifestCluster, program: Program): LintInput {
  const { namespaces, nodes, services, policies, sources } = cluster;
  const workloads = new Map(cluster.workloads.map((workload) => [workload.podKey, workload]));

  function listens(pod: Pod): LintPod["listens"] {
    const workload = workloads.get(keyOf(pod));
    if (workload !== undefined) return workload.template.ports;
    const wire = decode(podSchema, sources.pods.get(keyOf(pod))?.raw ?? {}, []);
    return wire.ok ? containerPorts(wire.value.spec ?? {}) : pod.ports;
  }

  return {
    program,
    namespaces,
    nodes,
    pods: cluster.pods.map((pod) => ({
      ...written(sources.pods.get(keyOf(pod)), `Pod ${keyOf(pod)}`),
      pod,
      listens: listens(pod),
    })),
    services: services.map(({ namespace, name, selector, ports, clusterIPs }) => ({
      ...written(sources.services.get(keyOf({ namespace, name })), `Service ${namespace}/${name}`),
      namespace,
      name,
      selector,
      ports,
      addresses: clusterIPs === "None" ? [] : clusterIPs,
    })),
    policies: policies.map(({ policy, source }) => ({
      ...written(source, `NetworkPolicy ${keyOf(policy)}`),
      policy,
      unknownFields: unknownFields(source.raw).map(({ at }) => at),
    })),
  };
}

/** The files that the cluster was read from, with their comments. */
export function commentedSources(
  { sources }: ManifestCluster,
  texts: (file: string) => string | undefined,
): CommentedSource[] {
  const objects = Object.values(sources).flatMap((each) => [...each.values()]);
  const files = new Set(objects.map(({ source }) => source.file));
  return [...files].flatMap((file) => {
    const text = texts(file);
    // Reading comments costs as much as reading all the rest.
    return text?.includes("selvedge-ignore") ? [{ file, text, comments: yamlComments(text) }] : [];
  });
}
