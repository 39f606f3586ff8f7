/** Where a Service's traffic may end: a ready address and port. */
export interface Endpoint {
  readonly address: string;
  readonly port: number;
  /** The node that the address is on. */
  readonly node: string;
}

/** One port of a Service, its target resolved. */
export interface ServicePort {
  readonly name?: string;
  readonly protocol: "TCP" | "UDP";
  readonly port: number;
  readonly nodePort?: number;
  /** Of both families. */
  readonly endpoints: readonly Endpoint[];
}

/** What kube-proxy needs of a Service. */
export interface Service {
  readonly namespace: string;
  readonly name: string;
  /** One or both families. */
  readonly clusterIPs: readonly string[];
  readonly externalTrafficPolicy: "Cluster" | "Local";
  readonly ports: readonly ServicePort[];
}
