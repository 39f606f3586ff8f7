/** The kinds that Selvedge reads, by the group and version that it reads them in. */
const KINDS: ReadonlyMap<string, { readonly group: string; readonly version: string }> = new Map([
  ...["Namespace", "Node", "Pod", "Service", "ReplicationController"].map(
    (kind) => [kind, { group: "", version: "v1" }] as const,
  ),
  ...["Deployment", "StatefulSet", "DaemonSet", "ReplicaSet"].map(
    (kind) => [kind, { group: "apps", version: "v1" }] as const,
  ),
  ...["Job", "CronJob"].map((kind) => [kind, { group: "batch", version: "v1" }] as const),
  ["EndpointSlice", { group: "discovery.k8s.io", version: "v1" }],
  ["NetworkPolicy", { group: "networking.k8s.io", version: "v1" }],
]);

/** Groups that some of these kinds lived in before, and that no API server serves any more. */
const FORMER_GROUPS: ReadonlySet<string> = new Set(["extensions"]);

export type KindVerdict =
  | { readonly is: "read" }
  /** Somebody else's, under `name`. */
  | { readonly is: "ignored"; readonly name: string }
  /** Ours by its name, but no API server of today would know it: to ignore it would be to leave out what was meant. */
  | { readonly is: "unserved"; readonly served: string };

export function judgeKind(apiVersion: string, kind: string): KindVerdict {
  const known = KINDS.get(kind);
  if (known === undefined) return { is: "ignored", name: kind };
  const { group, version } = known;
  const served = group === "" ? version : `${group}/${version}`;
  if (apiVersion === served) return { is: "read" };
  const slash = apiVersion.indexOf("/");
  const written = slash < 0 ? "" : apiVersion.slice(0, slash);
  if (written === group || FORMER_GROUPS.has(written) || !written.includes("."))
    return { is: "unserved", served };
  return { is: "ignored", name: `${kind}.${written}` };
}
