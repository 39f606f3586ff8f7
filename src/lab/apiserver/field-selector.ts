import { at } from "./json.ts";
import { type KubeObject, nameOf, namespaceOf } from "./kube-object.ts";
import { badRequest, type Refusal } from "./refusal.ts";
import type { Resource } from "./resource.ts";

const valueOf = (object: KubeObject, field: string): string => {
  if (field === "metadata.name") return nameOf(object);
  if (field === "metadata.namespace") return namespaceOf(object);
  const value = at(object, ...field.split("."));
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? String(value)
    : "";
};

/** Parses the `fieldSelector` of a query against the fields that a resource can be selected by. */
export const parseFieldSelector = (
  resource: Resource,
  text: string,
): ((object: KubeObject) => boolean) | Refusal => {
  const known = new Set(["metadata.name", "metadata.namespace", ...resource.selectableFields]);
  const tests: ((object: KubeObject) => boolean)[] = [];
  for (const part of text.split(",").filter((part) => part !== "")) {
    const [, field = "", operator = "", value = ""] = /^([^=!]+)(==|=|!=)(.*)$/u.exec(part) ?? [];
    if (operator === "") return badRequest(`invalid selector: '${part}'; can't understand '${part}'`);
    if (!known.has(field)) {
      // The generic server lists what it knows; kinds with fields of their own say it shortly.
      return badRequest(
        resource.selectableFields.length === 0
          ? `"${field}" is not a known field selector: only "metadata.name", "metadata.namespace"`
          : `field label not supported: ${field}`,
      );
    }
    const wanted = operator !== "!=";
    tests.push((object) => (valueOf(object, field) === value) === wanted);
  }
  return (object) => tests.every((test) => test(object));
};
