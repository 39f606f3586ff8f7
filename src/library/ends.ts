import type { Party } from "../analysis/party.ts";
import { type Address, addressBits, formatAddress } from "../core/address.ts";
import { addressBook } from "../core/address-book.ts";
import { allAddresses } from "../core/address-set.ts";
import { formatCidr } from "../core/cidr.ts";
import { type Pod, keyOf } from "../core/cluster.ts";
import { podEnd } from "../core/end.ts";
import { livePods } from "../core/live-pods.ts";
import type { Program } from "../core/program.ts";
import type { ManifestCluster, Workload } from "../kube/manifest-cluster.ts";
import { objectName } from "../kube/object-name.ts";
import type { Service } from "../kube/schema/service.ts";
import { type Inhabitants, cidrParts, outsideParts } from "./address-parts.ts";
import { type BadEnd, type EndSpec, parseEnd } from "./end-spec.ts";
import { noSuchParty } from "./parties.ts";

/** An end that was found. */
export type AskedEnd =
  /** One party, or several of which each is meant: a workload's pods, the parts of a block. Never empty. */
  | { readonly kind: "parties"; readonly name: string; readonly parties: readonly Party[] }
  /** As a destination it is followed to its endpoints (`serviceTargets`). */
  | { readonly kind: "service"; readonly name: string; readonly service: Service };

const bad = (message: string): BadEnd => ({ kind: "bad", message });

const one = (party: Party): AskedEnd => ({ kind: "parties", name: party.name, parties: [party] });

/** Who has which address, told once for each cluster. */
export function inhabitants(cluster: ManifestCluster): Inhabitants {
  const ofWorkloads = new Set(cluster.workloads.map(({ podKey }) => podKey));
  const bare = cluster.pods.filter((pod) => !ofWorkloads.has(keyOf(pod)));
  const pods = livePods([...bare, ...cluster.workloads.flatMap(({ replicaPods }) => replicaPods)]);
  return { pods, nodes: cluster.nodes, book: addressBook(pods, cluster.nodes) };
}

export const podParty = (pod: Pod, several = false): Party => ({
  name: keyOf(pod),
  end: podEnd(pod),
  several,
  ...(pod.hostNetwork && { hostPod: pod }),
});

/**
 * A workload's pods where the cluster has some, since their labels and addresses are what is judged; else its template,
 * which stands for all of them.
 */
export function workloadParties(workload: Workload, cluster: ManifestCluster): Party[] {
  const several = workload.replicas === "per-node" || workload.replicas > 1;
  const running = workload.replicaPods.filter(({ finished }) => !finished).map(placed);
  if (running.length > 0) return running.map((pod) => podParty(pod, several));
  return cluster.pods.filter((pod) => keyOf(pod) === workload.podKey).map((pod) => podParty(pod, several));
}

/** A pod that has no address yet is there all the same, at one that nobody knows. */
const placed = (pod: Pod): Pod =>
  pod.addresses !== "unknown" && pod.addresses.length === 0 ? { ...pod, addresses: "unknown" } : pod;

function podNamed(key: string, cluster: ManifestCluster): AskedEnd | BadEnd | undefined {
  const pod =
    cluster.pods.find((each) => keyOf(each) === key) ??
    cluster.workloads.flatMap(({ replicaPods }) => replicaPods).find((each) => keyOf(each) === key);
  if (pod === undefined) return undefined;
  if (pod.finished) return bad(`pod ${key} has finished: nobody is there any more`);
  if (pod.hostNetwork || pod.addresses === "unknown" || pod.addresses.length === 0)
    return one(podParty(placed(pod)));
  // Another pod may have its address by now: what is left is its own.
  const live = inhabitants(cluster).pods.find((each) => keyOf(each) === key);
  return live === undefined ? bad(`the addresses of pod ${key} are a newer pod's`) : one(podParty(live));
}

function entryNamed(key: string, cluster: ManifestCluster): AskedEnd | BadEnd | undefined {
  const workload = cluster.workloads.find(({ podKey }) => podKey === key);
  if (workload === undefined) return podNamed(key, cluster);
  return { kind: "parties", name: key, parties: workloadParties(workload, cluster) };
}

function serviceNamed(key: string, cluster: ManifestCluster): AskedEnd | undefined {
  const service = cluster.services.find((each) => keyOf(each) === key);
  return service === undefined ? undefined : { kind: "service", name: key, service };
}

function objectNamed(
  { object, namespace, name }: Extract<EndSpec, { kind: "object" }>,
  cluster: ManifestCluster,
): AskedEnd | BadEnd {
  const key = keyOf({ namespace, name });
  if (object === "Pod") {
    const workload = cluster.workloads.find(({ podKey }) => podKey === key);
    return (workload === undefined ? podNamed(key, cluster) : undefined) ?? bad(`no pod ${key}`);
  }
  if (object === "Service") return serviceNamed(key, cluster) ?? bad(`no Service ${key}`);
  const workload = cluster.workloads.find(
    (each) => each.kind === object && keyOf({ namespace: each.namespace, name: each.name }) === key,
  );
  if (workload !== undefined)
    return { kind: "parties", name: key, parties: workloadParties(workload, cluster) };
  const owner = cluster.folded.get(objectName(object, namespace, name));
  return bad(
    owner === undefined
      ? `no ${object} ${key}`
      : `${object} ${key} is part of ${owner}: ask about that, or about a pod`,
  );
}

function nodeNamed(name: string, cluster: ManifestCluster): AskedEnd | BadEnd {
  const node = cluster.nodes.find((each) => each.name === name);
  if (node === undefined && cluster.nodes.length > 0)
    return bad(`no node ${name} (there are ${cluster.nodes.map((each) => each.name).join(", ")})`);
  const addresses = node === undefined || node.addresses.length === 0 ? "unknown" : node.addresses;
  return one({ name: `node ${name}`, end: { kind: "node", name, addresses }, several: false });
}

function addressNamed(address: Address, cluster: ManifestCluster): AskedEnd {
  const end = inhabitants(cluster).book(address);
  return one({ name: formatAddress(address), end, several: false });
}

/** Finds whom a spec means. `program` tells which addresses policies tell apart. */
export function findEnd(spec: EndSpec, cluster: ManifestCluster, program: Program): AskedEnd | BadEnd {
  switch (spec.kind) {
    case "name": {
      const key = keyOf(spec);
      return entryNamed(key, cluster) ?? serviceNamed(key, cluster) ?? bad(noSuchParty(key, cluster));
    }
    case "object":
      return objectNamed(spec, cluster);
    case "node":
      return nodeNamed(spec.name, cluster);
    case "pod":
      return one({ ...podParty(hypotheticalPod(spec)), name: spec.text });
    case "addresses": {
      const { family, first, length } = spec.cidr;
      if (length === addressBits[family]) return addressNamed({ family, value: first }, cluster);
      const parties = cidrParts(program, spec.cidr, inhabitants(cluster));
      return { kind: "parties", name: formatCidr(spec.cidr), parties };
    }
    case "world":
      return {
        kind: "parties",
        name: "world",
        parties: outsideParts(program, allAddresses, inhabitants(cluster)),
      };
  }
}

/** The text of an end, to the end that it means. */
export function endIn(
  text: string,
  { cluster, program, namespace }: { cluster: ManifestCluster; program: Program; namespace: string },
): AskedEnd | BadEnd {
  const spec = parseEnd(text, namespace);
  return spec.kind === "bad" ? spec : findEnd(spec, cluster, program);
}

/** Its name can be no pod's, so that it is nobody who is there. */
const hypotheticalPod = ({ namespace, labels, text }: Extract<EndSpec, { kind: "pod" }>): Pod => ({
  namespace,
  name: text.slice(text.indexOf("{")),
  labels,
  addresses: "unknown",
  ports: [],
  hostNetwork: false,
  finished: false,
  createdAt: 0,
});
