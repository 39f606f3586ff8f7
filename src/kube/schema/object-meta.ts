import * as z from "zod/mini";
import { flag, int64, list, maybe, text, textMap, time } from "./wire.ts";

const ownerReferenceSchema = z.object({
  apiVersion: maybe(text),
  kind: maybe(text),
  name: maybe(text),
  uid: maybe(text),
  controller: maybe(flag),
  blockOwnerDeletion: maybe(flag),
});

/** `metav1.ObjectMeta`, as far as Selvedge reads or validates it. */
export const objectMetaSchema = z.object({
  name: maybe(text),
  generateName: maybe(text),
  namespace: maybe(text),
  uid: maybe(text),
  resourceVersion: maybe(text),
  generation: maybe(int64),
  creationTimestamp: maybe(time),
  deletionTimestamp: maybe(time),
  labels: maybe(textMap),
  annotations: maybe(textMap),
  ownerReferences: maybe(list(ownerReferenceSchema)),
  finalizers: maybe(list(text)),
});

export type ObjectMetaWire = z.output<typeof objectMetaSchema>;
export type OwnerReferenceWire = z.output<typeof ownerReferenceSchema>;

/** Milliseconds since the epoch; 0 where the object has no time of creation (it was never in a cluster). */
export function createdAt({ creationTimestamp }: ObjectMetaWire): number {
  const time = Date.parse(creationTimestamp ?? "");
  return Number.isNaN(time) ? 0 : time;
}

/** The reference that names the object's managing controller, if one does. */
export const controllerOf = ({ ownerReferences }: ObjectMetaWire): OwnerReferenceWire | undefined =>
  ownerReferences?.find((owner) => owner?.controller === true) ?? undefined;
