import type { ApiRequest } from "./api-request.ts";
import type { JsonObject } from "./json.ts";
import type { KubeObject } from "./kube-object.ts";
import type { ListOutcome } from "./outcome.ts";
import { groupVersion, type Resource } from "./resource.ts";
import { partialMetadata, tableOf } from "./table.ts";

/** How a client wants objects to be shown: as they are, as a table, as metadata only. */
type Form = "object" | "Table" | "PartialObjectMetadata" | "PartialObjectMetadataList";

/** The first form in an Accept header that this server knows. */
const acceptedForm = ({ headers }: ApiRequest): Form => {
  for (const part of (headers["accept"] ?? "").split(",")) {
    const as = /;\s*as=(\w+)/u.exec(part)?.[1];
    if (as === undefined) return "object";
    const isV1 = /;\s*v=v1(?:;|$)/u.test(part.trim());
    if (isV1 && (as === "Table" || as === "PartialObjectMetadata" || as === "PartialObjectMetadataList"))
      return as;
  }
  return "object";
};

/** Shows objects to one client. */
export interface Presenter {
  /** @param isFirst of a stream: later tables of a watch leave the column definitions out */
  readonly object: (resource: Resource, object: KubeObject, isFirst: boolean) => JsonObject;
  readonly list: (outcome: ListOutcome) => JsonObject;
}

const plainList = ({ resource, items, metadata }: ListOutcome): JsonObject => ({
  kind: `${resource.kind}List`,
  apiVersion: groupVersion(resource),
  metadata: resource.schema === undefined ? metadata : { continue: "", ...metadata },
  // Items of built-in kinds do not repeat what the list says; custom resources do.
  items:
    resource.schema === undefined
      ? items.map(({ kind: _kind, apiVersion: _version, ...rest }) => rest)
      : items,
});

/** The presenter that a request's Accept header asks for. */
export const presenterFor = (request: ApiRequest, now: Date): Presenter => {
  const include = request.query.get("includeObject") ?? "Metadata";
  switch (acceptedForm(request)) {
    case "object":
      return { object: (_resource, object) => object, list: plainList };
    case "Table":
      return {
        object: (resource, object, isFirst) =>
          tableOf(
            resource,
            [object],
            { resourceVersion: object.metadata.resourceVersion },
            { include, now, withColumns: isFirst },
          ),
        list: ({ resource, items, metadata }) =>
          tableOf(resource, items, metadata, { include, now, withColumns: true }),
      };
    case "PartialObjectMetadata":
    case "PartialObjectMetadataList":
      return {
        object: (_resource, object) => partialMetadata(object),
        list: ({ items, metadata }) => ({
          kind: "PartialObjectMetadataList",
          apiVersion: "meta.k8s.io/v1",
          metadata,
          items: items.map(partialMetadata),
        }),
      };
  }
};
