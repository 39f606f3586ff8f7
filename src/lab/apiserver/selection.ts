import { inVersion } from "./conversion.ts";
import { parseFieldSelector } from "./field-selector.ts";
import { type KubeObject, namespaceOf } from "./kube-object.ts";
import { parseLabelSelector } from "./label-selector.ts";
import { isRefusal, type Refusal } from "./refusal.ts";
import type { Resource } from "./resource.ts";

/** Whether a list, a watch or a deletecollection speaks of an object. */
export type Selection = (object: KubeObject) => boolean;

/** Namespace, label selector and field selector of a request, as one question. */
export const parseSelection = (
  resource: Resource,
  target: { readonly namespace: string; readonly name: string },
  query: URLSearchParams,
): Selection | Refusal => {
  const labels = parseLabelSelector(query.get("labelSelector") ?? "");
  if (isRefusal(labels)) return labels;
  const fields = parseFieldSelector(resource, query.get("fieldSelector") ?? "");
  if (isRefusal(fields)) return fields;
  const { namespace, name } = target;
  return (object) =>
    (namespace === "" || namespaceOf(object) === namespace) &&
    (name === "" || object.metadata.name === name) &&
    labels(object.metadata.labels ?? {}) &&
    fields(inVersion(resource, object));
};
