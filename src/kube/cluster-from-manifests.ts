import { append } from "./append.ts";
import { type Namespace, type Pod, keyOf } from "../core/cluster.ts";
import type { ManifestSet, SourcedObject } from "./files/manifest-set.ts";
import type { SourceProblem } from "./files/source.ts";
import { importNetworkPolicy } from "./import-network-policy.ts";
import type { ManifestCluster, SourcedPolicy } from "./manifest-cluster.ts";
import { podEntries } from "./pod-entries.ts";
import { type ReadObject, duplicate, nameOf, problemAt, readObjects } from "./read-objects.ts";
import { type Parsed, decode, parsed, unparsed } from "./schema/decode.ts";
import { namedNamespace, toNamespace } from "./schema/namespace.ts";
import { toNode } from "./schema/node.ts";
import { podOf, podSchema } from "./schema/pod.ts";
import { podSpecProblems } from "./schema/pod-spec.ts";
import { toEndpointSlice } from "./schema/endpoint-slice.ts";
import { toService } from "./schema/service.ts";
import { toWorkload, workloadKinds } from "./schema/workload.ts";

const byKey = (a: Pod, b: Pod): number => (keyOf(a) < keyOf(b) ? -1 : keyOf(a) > keyOf(b) ? 1 : 0);
const byName = (a: Namespace, b: Namespace): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

/**
 * What a cluster would be with these manifests in it. What they leave out is supplied as a cluster would: objects without
 * a namespace are in `default`; a namespace that is only named exists, and every namespace has the label
 * `kubernetes.io/metadata.name`; a pod without a status is there, at an unknown address; a workload has pods (`podEntries`).
 *
 * NetworkPolicies are judged as the API server judges new ones; those of a live cluster are taken as the enforcer takes them. Anything wrong is a problem with its place, and then
 * nothing should be answered: half of what was meant is not what was meant.
 */
export function clusterFromManifests(manifests: ManifestSet): ManifestCluster {
  const problems: SourceProblem[] = [...manifests.problems];
  const { objects } = manifests;
  const namespaces = readObjects(objects, "Namespace", toNamespace, problems);
  const nodes = readObjects(objects, "Node", toNode, problems);
  const services = readObjects(objects, "Service", toService, problems);
  const slices = readObjects(objects, "EndpointSlice", toEndpointSlice, problems);
  const pods = readObjects(objects, "Pod", toManifestPod, problems);
  const workloads = workloadKinds.flatMap((kind) =>
    readObjects(objects, kind, (raw) => toWorkload(kind, raw), problems),
  );
  const entries = podEntries(pods, workloads);
  const warnings: SourceProblem[] = [...entries.warnings];
  const policies = readPolicies(objects, problems, warnings);
  const named = [
    ...entries.pods,
    ...services.map(({ value }) => value),
    ...policies.map(({ policy }) => policy),
  ];
  return {
    namespaces: withNamed(namespaces, named),
    pods: entries.pods.toSorted(byKey),
    nodes: nodes.map(({ value }) => value),
    workloads: entries.workloads,
    folded: entries.folded,
    services: services.map(({ value }) => value),
    endpointSlices: slices.map(({ value }) => value),
    policies,
    sources: {
      namespaces: new Map(namespaces.map(({ value, source }) => [value.name, source])),
      pods: entries.sources,
      services: new Map(services.map(({ value, source }) => [keyOf(value), source])),
      policies: new Map(policies.map(({ policy, source }) => [keyOf(policy), source])),
    },
    ignored: manifests.ignored,
    problems,
    warnings,
  };
}

/** A pod that never ran has no phase and no address; one that a cluster has seen has the addresses that it says it has. */
function toManifestPod(raw: unknown): Parsed<Pod> {
  const wire = decode(podSchema, raw, []);
  if (!wire.ok) return wire;
  const problems = podSpecProblems(["spec"], wire.value.spec ?? {});
  if (problems.length > 0) return unparsed(problems);
  const pod = podOf(wire.value);
  if (!pod.ok || wire.value.status?.phase || pod.value.addresses.length > 0) return pod;
  return parsed({ ...pod.value, addresses: "unknown" });
}

function withNamed(
  given: readonly ReadObject<Namespace>[],
  named: readonly { readonly namespace: string }[],
): Namespace[] {
  const all = new Map(named.map(({ namespace }) => [namespace, namedNamespace(namespace)]));
  for (const { value } of given) all.set(value.name, value);
  return [...all.values()].toSorted(byName);
}

function readPolicies(
  objects: readonly SourcedObject[],
  problems: SourceProblem[],
  warnings: SourceProblem[],
): SourcedPolicy[] {
  const found = new Map<string, SourcedPolicy>();
  for (const source of objects.filter(({ kind }) => kind === "NetworkPolicy")) {
    // What a cluster has stored is enforced as far as it can be read, and said; what is still to be made must be right.
    const isStored = source.source.live !== undefined;
    const imported = importNetworkPolicy(source.raw, isStored ? "legacy" : "strict");
    append(
      isStored ? warnings : problems,
      imported.problems.map((problem) => problemAt(source, problem)),
    );
    const object = nameOf(source);
    for (const { at, text } of imported.warnings)
      warnings.push({ ...source.locate(at), object, message: text });
    if (imported.policy === undefined) continue;
    const before = found.get(object);
    if (before === undefined) found.set(object, { policy: imported.policy, source });
    else problems.push(duplicate(object, source, before.source));
  }
  return [...found.values()];
}
