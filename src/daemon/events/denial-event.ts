import type { Pod } from "../../core/cluster.ts";
import { type Denial, denialText } from "../../core/denial.ts";
import type { End } from "../../core/end.ts";
import type { EventSeries, KubeEvent, ObjectReference } from "./kube-event.ts";

/** What an event tells: a denial, at one of this cluster's pods. */
export interface DeniedPod {
  readonly pod: Pod;
  readonly related?: ObjectReference;
  readonly note: string;
}

/** The API's limits, in bytes; all that is written here is ASCII. */
const LONGEST_NOTE = 1024;
const LONGEST_NAME = 253;
const LONGEST_INSTANCE = 128;

const podReference = ({ namespace, name, uid }: Pod): ObjectReference => ({
  apiVersion: "v1",
  kind: "Pod",
  namespace,
  name,
  ...(uid === undefined ? {} : { uid }),
});

function reference(end: End): ObjectReference | undefined {
  switch (end.kind) {
    case "pod":
      return podReference(end.pod);
    case "node":
      return end.name === undefined ? undefined : { apiVersion: "v1", kind: "Node", name: end.name };
    case "address":
      return undefined;
  }
}

/**
 * What to tell of a denial, to whoever looks at the pod whose policies denied it. Nothing where that is no pod: the start gate
 * closes addresses of which nobody knows whose they are.
 */
export function deniedPod(denial: Denial, from: End, to: End): DeniedPod | undefined {
  if (denial.cause === "gate") return undefined;
  const [subject, peer] = denial.cause === "ingress" ? [to, from] : [from, to];
  if (subject.kind !== "pod") return undefined;
  const related = reference(peer);
  const text = denialText(denial);
  const note = text.length <= LONGEST_NOTE ? text : `${text.slice(0, LONGEST_NOTE - 3)}...`;
  return { pod: subject.pod, note, ...(related === undefined ? {} : { related }) };
}

/** An event's name: the pod's, and what tells it from others. */
function eventName(pod: string, suffix: string): string {
  const room = LONGEST_NAME - suffix.length - 1;
  return `${pod.slice(0, room).replace(/[-.]+$/, "")}.${suffix}`;
}

/** The event, as the API server takes it. */
export function denialEvent(
  { pod, related, note }: DeniedPod,
  about: {
    readonly node: string;
    readonly suffix: string;
    readonly eventTime: string;
    readonly series?: EventSeries;
  },
): KubeEvent {
  const { node, suffix, eventTime, series } = about;
  return {
    apiVersion: "events.k8s.io/v1",
    kind: "Event",
    metadata: { namespace: pod.namespace, name: eventName(pod.name, suffix) },
    eventTime,
    type: "Warning",
    reason: "NetworkPolicyDenied",
    action: "Deny",
    note,
    regarding: podReference(pod),
    ...(related === undefined ? {} : { related }),
    reportingController: "selvedge.dev/enforcer",
    reportingInstance: node.slice(0, LONGEST_INSTANCE),
    ...(series === undefined ? {} : { series }),
  };
}
