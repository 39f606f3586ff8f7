import { asString, type Json, type JsonObject, withAt } from "./json.ts";

/** Who put which fields into an object, as `metadata.managedFields` tells it. */
export interface ManagedFieldsEntry extends JsonObject {
  readonly manager?: string;
  readonly operation?: "Apply" | "Update";
  readonly apiVersion?: string;
  readonly time?: string;
  readonly fieldsType?: string;
  readonly fieldsV1?: JsonObject;
  readonly subresource?: string;
}

/** An owner, as `metadata.ownerReferences` names it. */
export interface OwnerReference extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
}

/** The part that every Kubernetes object has. */
interface ObjectMeta extends JsonObject {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly deletionGracePeriodSeconds?: number;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly finalizers?: readonly string[];
  readonly ownerReferences?: readonly OwnerReference[];
  readonly managedFields?: readonly ManagedFieldsEntry[];
}

/** A Kubernetes object as JSON. Objects in the store are never changed, only replaced. */
export interface KubeObject extends JsonObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
}

/** The object with some of its metadata replaced; `undefined` removes a field. */
export const withMeta = (object: KubeObject, change: JsonObject): KubeObject => {
  let metadata: JsonObject = object.metadata;
  for (const [key, value] of Object.entries(change)) metadata = withAt(metadata, [key], value);
  return { ...object, metadata };
};

/** The object with one top-level field replaced; `undefined` removes it. */
export const withField = (object: KubeObject, field: string, value: Json | undefined): KubeObject =>
  withAt(object, [field], value) as KubeObject;

/** The object's name, "" before it has one. */
export const nameOf = (object: KubeObject): string => asString(object.metadata.name);

/** The object's namespace, "" for what has none. */
export const namespaceOf = (object: KubeObject): string => asString(object.metadata.namespace);
