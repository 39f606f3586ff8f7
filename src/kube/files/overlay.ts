import { nameOf } from "../read-objects.ts";
import { type ManifestSet, manifestSet } from "./manifest-set.ts";

/** Lays manifests over others: what has the same kind, namespace and name takes the other's place, what is new is added. */
export function overlay(base: ManifestSet, over: ManifestSet): ManifestSet {
  const names = new Set(over.objects.map(nameOf));
  const kept = base.objects.filter((object) => !names.has(nameOf(object)));
  return manifestSet([{ ...base, objects: kept }, over]);
}
