import type { DualStack } from "./addressing.ts";

/** One port that a pod listens on. */
export interface PodPort {
  readonly name?: string;
  readonly protocol: "TCP" | "UDP";
  readonly containerPort: number;
  readonly hostPort?: number;
}

/** The pod that is wanted. */
export interface PodSpec {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
  readonly ports: readonly PodPort[];
  /** Addresses to ask of IPAM, one or both families: a test gives a deleted pod's address to another. */
  readonly addresses?: readonly string[];
  /** In the node's own network namespace, with the node's addresses, without CNI. */
  readonly hostNetwork?: boolean;
}

/** A pod that runs, in plain data. */
export interface PodRecord {
  readonly spec: PodSpec;
  /** The node's name. */
  readonly node: string;
  readonly addresses: DualStack;
  /** 64 hex digits, as containerd's. */
  readonly sandboxId: string;
  readonly agentPid: number;
  /** Its interface on the node's side; none for a hostNetwork pod. */
  readonly hostInterface?: string;
}
