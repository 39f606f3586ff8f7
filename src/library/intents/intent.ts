/** Something that somebody wants to hold of who reaches whom. */
export interface Intent {
  readonly expect: "allow" | "deny";
  /** Ends, as they were written; each stands for all that it names. */
  readonly from: readonly string[];
  readonly to: readonly string[];
  /** `8080`, `53/UDP`, `http`, `icmp`; absent: every port of TCP, UDP and SCTP. */
  readonly ports?: readonly string[];
  readonly because: string;
  /** Where names without a namespace are looked up. */
  readonly namespace: string;
}
