import { type KubeObject, nameOf } from "./kube-object.ts";
import type { FieldProblem } from "./refusal.ts";
import type { Resource } from "./resource.ts";

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = String.raw`${LABEL}(\.${LABEL})*`;
const QUALIFIED = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";

const whole = (pattern: string): RegExp => new RegExp(`^(?:${pattern})$`, "u");

const NAME_TEXT = {
  label: `a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '${LABEL}')`,
  subdomain: `a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '${SUBDOMAIN}')`,
};

const labelText = `a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(${QUALIFIED})?')`;

const invalidValue = (field: string, value: string, message: string): FieldProblem => ({
  field,
  reason: "FieldValueInvalid",
  message: `Invalid value: ${JSON.stringify(value)}: ${message}`,
});

const nameProblems = (resource: Resource, name: string): readonly FieldProblem[] => {
  const field = "metadata.name";
  // RBAC names are any path segment, as in `system:node`.
  if (resource.group === "rbac.authorization.k8s.io") return [];
  if (resource.kind === "Namespace" || resource.kind === "Service") {
    return name.length <= 63 && whole(LABEL).test(name) ? [] : [invalidValue(field, name, NAME_TEXT.label)];
  }
  return name.length <= 253 && whole(SUBDOMAIN).test(name)
    ? []
    : [invalidValue(field, name, NAME_TEXT.subdomain)];
};

/** What is wrong with an object's name and labels. */
export const metadataProblems = (resource: Resource, object: KubeObject): readonly FieldProblem[] => {
  const name = nameOf(object);
  if (name === "") {
    const message = "Required value: name or generateName is required";
    return [{ field: "metadata.name", reason: "FieldValueRequired", message }];
  }
  const labels = Object.values(object.metadata.labels ?? {});
  return [
    ...nameProblems(resource, name),
    ...labels
      .filter((value) => value.length > 63 || !whole(`(${QUALIFIED})?`).test(value))
      .map((value) => invalidValue("metadata.labels", value, labelText)),
  ];
};
