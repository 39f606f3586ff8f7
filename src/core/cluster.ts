import type { Address } from "./address.ts";
import type { Labels } from "./selector.ts";
import type { Protocol } from "./traffic.ts";

/** A namespace, stripped to what selectors can see. */
export interface Namespace {
  readonly name: string;
  /** The API server adds `kubernetes.io/metadata.name`; `compile` does not, so a namespace made by hand needs it. */
  readonly labels: Labels;
}

/** A container port that has a name, on a container or a restartable init container. */
export interface NamedPort {
  readonly name: string;
  readonly protocol: Protocol;
  /** 1 to 65535. */
  readonly port: number;
}

/** A pod, stripped to what policies can see. */
export interface Pod {
  readonly namespace: string;
  readonly name: string;
  /**
   * Tells it from others that had or will have its name, as the container runtime calls it: `metadata.uid`, or for a static
   * pod that of its file. Absent where it never was in a cluster.
   */
  readonly uid?: string;
  readonly labels: Labels;
  /**
   * `status.podIPs`; empty while the pod has none. `"unknown"` is for a pod that was written down but never ran
   * (a file, a workload's template): it is there, at an address nobody knows yet.
   */
  readonly addresses: readonly Address[] | "unknown";
  /** Only ports with names: policies allow numbers whether or not a container declares them. */
  readonly ports: readonly NamedPort[];
  /** Absent until the pod is scheduled. */
  readonly node?: string | undefined;
  /** The pod has its node's addresses: no policy isolates it and no selector matches it. */
  readonly hostNetwork: boolean;
  /** Phase Succeeded or Failed: its containers are gone for good, its address may be another's. */
  readonly finished: boolean;
  /** Milliseconds since the epoch; decides who has an address that two pods claim. */
  readonly createdAt: number;
}

/** A node, stripped to what tells its traffic from others'. */
export interface Node {
  readonly name: string;
  /** `status.addresses` of type InternalIP and ExternalIP, and what its pod network gives it. */
  readonly addresses: readonly Address[];
}

/** Who a namespaced object is: `namespace/name`; neither part can hold a slash. */
export type ObjectKey = string;

/** The key of a pod or a policy: `shop/web`. */
export const keyOf = ({
  namespace,
  name,
}: {
  readonly namespace: string;
  readonly name: string;
}): ObjectKey => `${namespace}/${name}`;
