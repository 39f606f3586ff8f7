import { type Pod, keyOf } from "../../core/cluster.ts";
import type { ManifestCluster, Workload } from "../../kube/manifest-cluster.ts";
import { type ContainerPort, containerPorts, podSpecSchema } from "../../kube/schema/pod-spec.ts";
import { decode } from "../../kube/schema/decode.ts";
import type { PodPort } from "../pod-spec.ts";
import type { WireObject } from "./objects.ts";

/** A pod that is to run: what its controller and the scheduler would have written. */
export interface PodPlan {
  readonly namespace: string;
  readonly name: string;
  /** `ns/name` of its workload, or its own: a row and a column of the matrix. */
  readonly group: string;
  readonly node: string;
  readonly hostNetwork: boolean;
  readonly ports: readonly PodPort[];
  readonly object: WireObject;
}

/** An agent listens on TCP and UDP; this kernel has no SCTP sockets. */
const listenable = (ports: readonly ContainerPort[]): PodPort[] =>
  ports.flatMap(({ name, protocol, port, hostPort }) =>
    protocol === "SCTP"
      ? []
      : [
          {
            ...(name === undefined ? {} : { name }),
            protocol,
            containerPort: port,
            ...(hostPort === undefined ? {} : { hostPort }),
          },
        ],
  );

interface Template {
  readonly metadata?: { readonly labels?: Readonly<Record<string, string>>; readonly annotations?: object };
  readonly spec?: WireObject;
}

/** The template as it was written, so that the API server holds what the user wrote. */
function templateOf({ kind, source }: Workload): Template {
  const { spec } = source.raw as {
    readonly spec?: {
      readonly template?: Template;
      readonly jobTemplate?: { readonly spec?: { readonly template?: Template } };
    };
  };
  return (kind === "CronJob" ? spec?.jobTemplate?.spec?.template : spec?.template) ?? {};
}

/** Gives out nodes in turn, so that replicas of one workload stand on different ones. */
function turns(nodes: readonly string[]): (wanted?: string) => string {
  let next = 0;
  return (wanted) => {
    if (wanted !== undefined && nodes.includes(wanted)) return wanted;
    const node = nodes[next % nodes.length];
    next += 1;
    if (node === undefined) throw new Error("a lab without nodes");
    return node;
  };
}

export interface Schedule {
  readonly plans: readonly PodPlan[];
  /** Workloads of which fewer pods run than they ask for. */
  readonly capped: readonly string[];
}

/** Turns workloads into pods and puts every pod on a node. At most `maxReplicas` pods of a workload are run. */
export function schedule(cluster: ManifestCluster, nodes: readonly string[], maxReplicas: number): Schedule {
  const nodeFor = turns(nodes);
  const capped: string[] = [];
  const replicas = (workload: Workload): PodPlan[] => {
    const wanted = workload.replicas === "per-node" ? nodes.length : workload.replicas;
    if (wanted > maxReplicas) capped.push(workload.podKey);
    return Array.from({ length: Math.min(wanted, maxReplicas) }, (_, i) => {
      const onNode = workload.replicas === "per-node" ? nodes[i] : workload.template.node;
      return replicaPlan(workload, i, nodeFor(onNode));
    });
  };
  const workloads = cluster.workloads.flatMap(replicas);
  const entries = new Set(cluster.workloads.map(({ podKey }) => podKey));
  const pods = cluster.pods
    .filter((pod) => !entries.has(keyOf(pod)) && !pod.finished)
    .map((pod) => podPlan(pod, cluster, nodeFor(pod.node)));
  return { plans: [...workloads, ...pods], capped };
}

function replicaPlan(workload: Workload, index: number, node: string): PodPlan {
  const { namespace, template, podKey } = workload;
  const { metadata, spec } = templateOf(workload);
  const name = `${workload.name}-${index}`;
  return {
    namespace,
    name,
    group: podKey,
    node,
    hostNetwork: template.hostNetwork,
    ports: listenable(template.ports),
    object: podObject({ ...metadata, namespace, name }, { ...spec, nodeName: node }),
  };
}

function podPlan(pod: Pod, { sources }: ManifestCluster, node: string): PodPlan {
  const { namespace, name } = pod;
  const raw = sources.pods.get(keyOf(pod))?.raw as
    | { readonly metadata?: object; readonly spec?: WireObject }
    | undefined;
  const spec = decode(podSpecSchema, raw?.spec ?? {}, []);
  return {
    namespace,
    name,
    group: keyOf(pod),
    node,
    hostNetwork: pod.hostNetwork,
    ports: spec.ok ? listenable(containerPorts(spec.value)) : [],
    object: podObject({ ...raw?.metadata, namespace, name }, { ...raw?.spec, nodeName: node }),
  };
}

const podObject = (metadata: object, spec: object): WireObject => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata,
  spec: { containers: [{ name: "main", image: "lab" }], ...spec },
});
