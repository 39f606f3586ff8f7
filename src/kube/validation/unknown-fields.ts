import { fieldText } from "./field-path.ts";
import type { FieldWarning } from "./field-problem.ts";

const WORDS = "unknown field ";

/** Whether a warning is of a field that there is not. */
export const isOfUnknownField = (message: string): boolean => message.startsWith(WORDS);

/** What fields a type has: of each its own fields, `each` for a list's elements, or nothing more to check (`leaf`). */
type Shape = "leaf" | { readonly each: Shape } | { readonly fields: Readonly<Record<string, Shape>> };

const leaves = (...names: string[]): Record<string, Shape> =>
  Object.fromEntries(names.map((name) => [name, "leaf"]));

const labelSelector: Shape = {
  fields: {
    matchLabels: "leaf",
    matchExpressions: { each: { fields: leaves("key", "operator", "values") } },
  },
};

const peer: Shape = {
  fields: {
    podSelector: labelSelector,
    namespaceSelector: labelSelector,
    ipBlock: { fields: leaves("cidr", "except") },
  },
};

const ports: Shape = { each: { fields: leaves("protocol", "port", "endPort") } };

const objectMeta: Shape = {
  fields: {
    ...leaves("name", "generateName", "namespace", "selfLink", "uid", "resourceVersion", "generation"),
    ...leaves(
      "creationTimestamp",
      "deletionTimestamp",
      "deletionGracePeriodSeconds",
      "labels",
      "annotations",
    ),
    ...leaves("finalizers", "managedFields"),
    ownerReferences: {
      each: { fields: leaves("apiVersion", "kind", "name", "uid", "controller", "blockOwnerDeletion") },
    },
  },
};

const networkPolicy: Shape = {
  fields: {
    ...leaves("apiVersion", "kind"),
    metadata: objectMeta,
    spec: {
      fields: {
        podSelector: labelSelector,
        policyTypes: "leaf",
        ingress: { each: { fields: { from: { each: peer }, ports } } },
        egress: { each: { fields: { to: { each: peer }, ports } } },
      },
    },
  },
};

/** `path` is where we are; it grows and shrinks on the way, since nearly always nothing is found. */
function find(raw: unknown, shape: Shape, path: (string | number)[], found: FieldWarning[]): void {
  if (shape === "leaf" || typeof raw !== "object" || raw === null) return;
  const isList = Array.isArray(raw);
  if ("each" in shape !== isList) return;
  for (const [name, value] of Object.entries(raw)) {
    path.push(isList ? Number(name) : name);
    const field =
      "each" in shape ? shape.each : Object.hasOwn(shape.fields, name) ? shape.fields[name] : undefined;
    if (field === undefined) found.push({ text: `${WORDS}"${fieldText(path)}"`, at: [...path] });
    else find(value, field, path, found);
    path.pop();
  }
}

/**
 * Fields that a NetworkPolicy does not have, in the words of the API server's strict decoding: by default it warns of them
 * and leaves them out; `kubectl` asks it to refuse. Never harmless: a rule whose `from` is spelt `form` is open to all.
 */
export function unknownFields(raw: unknown): FieldWarning[] {
  const found: FieldWarning[] = [];
  find(raw, networkPolicy, [], found);
  return found;
}
