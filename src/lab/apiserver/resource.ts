import type { PrinterColumn } from "./printer-column.ts";
import type { Schema } from "./schema.ts";

/** One kind of object as one API version serves it: a row of the table of resources. */
export interface Resource {
  /** API group, "" for core. */
  readonly group: string;
  readonly version: string;
  readonly plural: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  /** Whether `/status` is served, and writes elsewhere leave `.status` alone. */
  readonly hasStatus: boolean;
  /** Whether `metadata.generation` counts the changes of what is not metadata or status. */
  readonly hasGeneration: boolean;
  /** Field selectors beyond metadata.name and metadata.namespace. */
  readonly selectableFields: readonly string[];
  /** Fields beside apiVersion, kind and metadata, for strict decoding; none: anything goes. */
  readonly topLevelFields: readonly string[];
  /** What `kubectl get` shows between Name and Age. */
  readonly columns: readonly PrinterColumn[];
  /** Structural schema of a custom resource; built-ins have none. */
  readonly schema?: Schema;
  /** Where objects are kept: versions of one custom resource share a place. */
  readonly storage: string;
}

/** `networkpolicies.networking.k8s.io`, or the plural alone in the core group, as error messages say it. */
export const groupResource = ({ group, plural }: Pick<Resource, "group" | "plural">): string =>
  group === "" ? plural : `${plural}.${group}`;

/** `networking.k8s.io/v1`, or `v1` in the core group. */
export const groupVersion = ({ group, version }: Pick<Resource, "group" | "version">): string =>
  group === "" ? version : `${group}/${version}`;

/** `NetworkPolicy.networking.k8s.io`, or the kind alone in the core group. */
export const groupKind = ({ group, kind }: Pick<Resource, "group" | "kind">): string =>
  group === "" ? kind : `${kind}.${group}`;
