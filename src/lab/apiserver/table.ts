import { ageColumn, nameColumn } from "./columns.ts";
import type { JsonObject } from "./json.ts";
import type { KubeObject } from "./kube-object.ts";
import { columnDefinition, type PrinterColumn } from "./printer-column.ts";
import type { Resource } from "./resource.ts";

/** An object reduced to its metadata. */
export const partialMetadata = ({ metadata }: KubeObject): JsonObject => ({
  kind: "PartialObjectMetadata",
  apiVersion: "meta.k8s.io/v1",
  metadata,
});

/** The age of built-in kinds is text, that of custom resources a date. */
const customAge: PrinterColumn = { ...ageColumn, type: "date" };

const columnsOf = ({ columns, schema }: Resource): readonly PrinterColumn[] => {
  const narrow = columns.filter(({ priority }) => priority === 0);
  const wide = columns.filter(({ priority }) => priority > 0);
  if (schema === undefined) return [nameColumn, ...narrow, ageColumn, ...wide];
  // A custom resource that declares columns has an Age only if it declares one.
  return [nameColumn, ...(columns.length > 0 ? columns : [customAge])];
};

/** Objects as the table that `kubectl get` prints. `include` is the query's includeObject. */
export const tableOf = (
  resource: Resource,
  objects: readonly KubeObject[],
  metadata: JsonObject,
  options: { readonly include: string; readonly now: Date; readonly withColumns: boolean },
): JsonObject => {
  const columns = columnsOf(resource);
  const embedded = (object: KubeObject): JsonObject => {
    if (options.include === "None") return {};
    return { object: options.include === "Object" ? object : partialMetadata(object) };
  };
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: options.withColumns ? columns.map(columnDefinition) : null,
    rows: objects.map((object) => ({
      cells: columns.map(({ cell }) => cell(object, options.now)),
      ...embedded(object),
    })),
  };
};
