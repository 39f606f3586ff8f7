import type { JsonObject } from "./json.ts";
import { type DocumentOutcome, jsonDocument } from "./outcome.ts";
import { groupVersion, type Resource } from "./resource.ts";

const VERBS = ["create", "delete", "deletecollection", "get", "list", "patch", "update", "watch"];
const STATUS_VERBS = ["get", "patch", "update"];
const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

const distinct = (values: readonly string[]): readonly string[] => [...new Set(values)];

const versionsOf = (resources: readonly Resource[], group: string): readonly string[] =>
  distinct(resources.filter((resource) => resource.group === group).map(({ version }) => version));

const groupsOf = (resources: readonly Resource[]): readonly string[] =>
  distinct(resources.map(({ group }) => group)).filter((group) => group !== "");

const optional = (name: string, list: readonly string[]): JsonObject =>
  list.length === 0 ? {} : { [name]: list };

const aggregatedResource = ({
  group,
  version,
  kind,
  plural,
  singular,
  namespaced,
  shortNames,
  categories,
  hasStatus,
}: Resource): JsonObject => {
  const responseKind = { group, version, kind };
  return {
    resource: plural,
    responseKind,
    scope: namespaced ? "Namespaced" : "Cluster",
    singularResource: singular,
    verbs: VERBS,
    ...optional("shortNames", shortNames),
    ...optional("categories", categories),
    ...(hasStatus ? { subresources: [{ subresource: "status", responseKind, verbs: STATUS_VERBS }] } : {}),
  };
};

const aggregated = (resources: readonly Resource[], groups: readonly string[]): DocumentOutcome => {
  const version = (group: string, version: string): JsonObject => ({
    version,
    freshness: "Current",
    resources: resources
      .filter((resource) => resource.group === group && resource.version === version)
      .map(aggregatedResource),
  });
  return jsonDocument(
    {
      kind: "APIGroupDiscoveryList",
      apiVersion: "apidiscovery.k8s.io/v2",
      metadata: {},
      items: groups.map((group) => ({
        metadata: group === "" ? {} : { name: group },
        versions: versionsOf(resources, group).map((name) => version(group, name)),
      })),
    },
    AGGREGATED,
  );
};

const groupEntry = (resources: readonly Resource[], name: string): JsonObject => {
  const versions = versionsOf(resources, name).map((version) => ({
    groupVersion: groupVersion({ group: name, version }),
    version,
  }));
  return { name, versions, preferredVersion: versions[0] };
};

const resourceList = (
  resources: readonly Resource[],
  group: string,
  version: string,
): DocumentOutcome | undefined => {
  const here = resources.filter((resource) => resource.group === group && resource.version === version);
  if (here.length === 0) return undefined;
  return jsonDocument({
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: groupVersion({ group, version }),
    resources: here.flatMap(({ plural, singular, namespaced, kind, shortNames, categories, hasStatus }) => [
      {
        name: plural,
        singularName: singular,
        namespaced,
        kind,
        verbs: VERBS,
        ...optional("shortNames", shortNames),
        ...optional("categories", categories),
      },
      ...(hasStatus
        ? [{ name: `${plural}/status`, singularName: "", namespaced, kind, verbs: STATUS_VERBS }]
        : []),
    ]),
  });
};

/** What /api and /apis and what lies right below them say of the resources; `undefined` for other paths. */
export const discovery = (
  resources: readonly Resource[],
  path: string,
  accept: string,
): DocumentOutcome | undefined => {
  const wantsAggregated = accept.includes("as=APIGroupDiscoveryList") && /v=v2(?:;|,|$)/u.test(accept);
  const [root, group, version, ...rest] = path.split("/").filter((part) => part !== "");
  if (rest.length > 0) return undefined;
  if (root === "api" && group === undefined) {
    return wantsAggregated
      ? aggregated(resources, [""])
      : jsonDocument({ kind: "APIVersions", versions: ["v1"] });
  }
  if (root === "api" && version === undefined) return resourceList(resources, "", group ?? "");
  if (root !== "apis") return undefined;
  if (group === undefined) {
    if (wantsAggregated) return aggregated(resources, groupsOf(resources));
    const groups = groupsOf(resources).map((name) => groupEntry(resources, name));
    return jsonDocument({ kind: "APIGroupList", apiVersion: "v1", groups });
  }
  if (version !== undefined) return resourceList(resources, group, version);
  if (versionsOf(resources, group).length === 0) return undefined;
  return jsonDocument({ kind: "APIGroup", apiVersion: "v1", ...groupEntry(resources, group) });
};
