import type { JsonObject } from "./json.ts";
import { type DocumentOutcome, jsonDocument } from "./outcome.ts";
import { groupVersion, type Resource } from "./resource.ts";

const rootOf = ({ group, version }: Pick<Resource, "group" | "version">): string =>
  group === "" ? `api/${version}` : `apis/${groupVersion({ group, version })}`;

const pathOf = (resource: Resource): string =>
  `/${rootOf(resource)}/${resource.namespaced ? "namespaces/{namespace}/" : ""}${resource.plural}/{name}`;

const patchOperation = ({ group, version, kind }: Resource): JsonObject => ({
  patch: {
    parameters: ["dryRun", "fieldManager", "fieldValidation", "force"].map((name) => ({
      name,
      in: "query",
      schema: { type: "string", uniqueItems: true },
    })),
    "x-kubernetes-action": "patch",
    "x-kubernetes-group-version-kind": { group, version, kind },
  },
});

/**
 * As much OpenAPI v3 as kubectl asks for before it applies: that patches know fieldValidation and dryRun.
 * There are no schemas in it, so `kubectl explain` has nothing to tell.
 */
export const openApi = (resources: readonly Resource[], path: string): DocumentOutcome | undefined => {
  if (path === "/openapi/v3") {
    const paths = resources.map(
      (resource) => [rootOf(resource), { serverRelativeURL: `/openapi/v3/${rootOf(resource)}` }] as const,
    );
    return jsonDocument({ paths: Object.fromEntries(paths) });
  }
  const here = resources.filter((resource) => path === `/openapi/v3/${rootOf(resource)}`);
  if (here.length === 0) return undefined;
  return jsonDocument({
    openapi: "3.0.0",
    info: { title: "Kubernetes", version: "v1.36.2" },
    paths: Object.fromEntries(here.map((resource) => [pathOf(resource), patchOperation(resource)])),
    components: { schemas: {} },
  });
};
