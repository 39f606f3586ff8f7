import { shortDuration } from "./duration.ts";
import { asArray, asObject, asString, at, isObject, type Json, type JsonObject } from "./json.ts";
import { jsonPath } from "./json-path.ts";
import { type KubeObject, nameOf, withField } from "./kube-object.ts";
import type { PrinterColumn } from "./printer-column.ts";
import type { FieldProblem } from "./refusal.ts";
import type { Resource } from "./resource.ts";

const names = (definition: KubeObject): JsonObject => asObject(at(definition, "spec", "names"));

const column = (declared: Json): PrinterColumn => {
  const type = asString(at(declared, "type"));
  const priority = at(declared, "priority");
  return {
    name: asString(at(declared, "name")),
    type: type === "date" || type === "integer" || type === "number" || type === "boolean" ? type : "string",
    priority: typeof priority === "number" ? priority : 0,
    cell: (object, now) => {
      const value = jsonPath(object, asString(at(declared, "jsonPath")));
      if (value === undefined || value === null) return null;
      if (type === "date") return shortDuration(now.getTime() - Date.parse(asString(value)));
      return typeof value === "object" ? JSON.stringify(value) : value;
    },
  };
};

/** The resources that a CustomResourceDefinition asks for: one for each served version. */
export const resourcesOf = (definition: KubeObject): readonly Resource[] => {
  const { plural, singular, kind, shortNames, categories } = names(definition);
  const group = asString(at(definition, "spec", "group"));
  return asArray(at(definition, "spec", "versions"))
    .filter((version) => at(version, "served") === true)
    .map((version) => {
      const hasStatus = isObject(at(version, "subresources", "status"));
      return {
        group,
        version: asString(at(version, "name")),
        plural: asString(plural),
        singular: asString(singular) || asString(kind).toLowerCase(),
        kind: asString(kind),
        namespaced: at(definition, "spec", "scope") === "Namespaced",
        shortNames: asArray(shortNames).map(asString),
        categories: asArray(categories).map(asString),
        hasStatus,
        hasGeneration: true,
        selectableFields: asArray(at(version, "selectableFields")).map((field) =>
          asString(at(field, "jsonPath")).replace(/^\./u, ""),
        ),
        topLevelFields: [],
        columns: asArray(at(version, "additionalPrinterColumns")).map(column),
        schema: asObject(at(version, "schema", "openAPIV3Schema")),
        storage: `${asString(plural)}.${group}`,
      };
    });
};

const condition = (type: string, reason: string, message: string, time: string): JsonObject => ({
  type,
  status: "True",
  lastTransitionTime: time,
  reason,
  message,
});

/** The definition once its resources are served. */
export const established = (definition: KubeObject, time: string): KubeObject =>
  withField(definition, "status", {
    acceptedNames: names(definition),
    conditions: [
      condition("NamesAccepted", "NoConflicts", "no conflicts found", time),
      condition("Established", "InitialNamesAccepted", "the initial names have been accepted", time),
    ],
    storedVersions: asArray(at(definition, "spec", "versions"))
      .filter((version) => at(version, "storage") === true)
      .map((version) => at(version, "name") ?? null),
  });

/** What is wrong with a definition: its name, its versions, a missing schema. */
export const definitionProblems = (resource: Resource, object: KubeObject): readonly FieldProblem[] => {
  if (resource.kind !== "CustomResourceDefinition" || resource.schema !== undefined) return [];
  const problems: FieldProblem[] = [];
  const expected = `${asString(names(object)["plural"])}.${asString(at(object, "spec", "group"))}`;
  if (nameOf(object) !== expected) {
    problems.push({
      field: "metadata.name",
      reason: "FieldValueInvalid",
      message: `Invalid value: "${nameOf(object)}": must be spec.names.plural+"."+spec.group`,
    });
  }
  const versions = asArray(at(object, "spec", "versions"));
  if (versions.filter((version) => at(version, "storage") === true).length !== 1) {
    problems.push({
      field: "spec.versions",
      reason: "FieldValueInvalid",
      message: "Invalid value: must have exactly one version marked as storage version",
    });
  }
  for (const [index, version] of versions.entries()) {
    if (isObject(at(version, "schema", "openAPIV3Schema"))) continue;
    const field = `spec.versions[${index}].schema.openAPIV3Schema`;
    problems.push({ field, reason: "FieldValueRequired", message: "Required value: schemas are required" });
  }
  return problems;
};
