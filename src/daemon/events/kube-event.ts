/** An object that an event is about, or that has to do with it. */
export interface ObjectReference {
  readonly apiVersion: "v1" | "networking.k8s.io/v1";
  readonly kind: "Pod" | "Node" | "NetworkPolicy";
  readonly namespace?: string;
  readonly name: string;
  readonly uid?: string;
}

/** How often what an event tells was seen; Kubernetes begins to count at two. */
export interface EventSeries {
  readonly count: number;
  /** RFC 3339 with microseconds. */
  readonly lastObservedTime: string;
}

/** An Event of events.k8s.io/v1, as far as it is written here. */
export interface KubeEvent {
  readonly apiVersion: "events.k8s.io/v1";
  readonly kind: "Event";
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly eventTime: string;
  readonly type: "Normal" | "Warning";
  readonly reason: string;
  readonly action: string;
  readonly note: string;
  readonly regarding: ObjectReference;
  readonly related?: ObjectReference;
  readonly reportingController: string;
  readonly reportingInstance: string;
  readonly series?: EventSeries;
}

/** RFC 3339 with microseconds, as a MicroTime is written. */
export const microTime = (epochMs: number): string => new Date(epochMs).toISOString().replace("Z", "000Z");
