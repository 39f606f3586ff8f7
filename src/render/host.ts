/** What the rules hang on beside the program: the kernel that takes them, the links of the node's pods, its operator's wish. */
export interface Host {
  /**
   * How a packet of a pod to itself is told: `bpf`, one rule for all pods of a chain, before the ones that lead to their
   * classes; `listed`, where the kernel has no xt_bpf, one rule for each isolated pod.
   */
  readonly selfTraffic: "bpf" | "listed";
  /** Bridges that the node's pods are on: there they hear each other's IPv6 link-local addresses. */
  readonly bridges: readonly string[];
  /** What becomes of a packet that policies deny: it is dropped in silence, or its sender is told. */
  readonly denial: "drop" | "reject";
}

export const plainHost: Host = { selfTraffic: "bpf", bridges: [], denial: "drop" };
