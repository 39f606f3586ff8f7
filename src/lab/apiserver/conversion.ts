import type { JsonObject } from "./json.ts";
import type { KubeObject } from "./kube-object.ts";
import { groupVersion, type Resource } from "./resource.ts";

/** Fields of a core/v1 Event, and what events.k8s.io/v1 calls them. Events are stored once, as core/v1. */
const EVENT_FIELDS: readonly (readonly [core: string, events: string])[] = [
  ["involvedObject", "regarding"],
  ["message", "note"],
  ["source", "deprecatedSource"],
  ["firstTimestamp", "deprecatedFirstTimestamp"],
  ["lastTimestamp", "deprecatedLastTimestamp"],
  ["count", "deprecatedCount"],
  ["reportingComponent", "reportingController"],
];

const EVENTS = "events.k8s.io/v1";

const renamed = (object: KubeObject, names: ReadonlyMap<string, string>, apiVersion: string): KubeObject => {
  const fields: JsonObject = Object.fromEntries(
    Object.entries(object).map(([field, value]) => [names.get(field) ?? field, value]),
  );
  return { ...fields, apiVersion, kind: object.kind, metadata: object.metadata };
};

const TO_EVENTS = new Map(EVENT_FIELDS);
const TO_CORE = new Map(EVENT_FIELDS.map(([core, events]) => [events, core]));

/** A stored object as a version of its resource serves it. Versions of custom resources differ in name only. */
export const inVersion = (resource: Resource, object: KubeObject): KubeObject => {
  const apiVersion = groupVersion(resource);
  if (object.apiVersion === apiVersion) return object;
  return apiVersion === EVENTS ? renamed(object, TO_EVENTS, apiVersion) : { ...object, apiVersion };
};

/** An object as it is stored. */
export const asStored = (object: KubeObject): KubeObject =>
  object.apiVersion === EVENTS ? renamed(object, TO_CORE, "v1") : object;
