import type { Party } from "../../analysis/party.ts";
import { keyOf } from "../../core/cluster.ts";
import { isMember } from "../../core/member.ts";
import type { GroupSelector } from "../../core/policy.ts";
import type { Program } from "../../core/program.ts";
import { selector } from "../../core/selector.ts";
import type { ManifestCluster } from "../../kube/manifest-cluster.ts";
import { type BadEnd, parseEnd } from "../end-spec.ts";
import { type AskedEnd, findEnd, podParty, workloadParties } from "../ends.ts";
import { parseSelector } from "./parse-selector.ts";

/** Whom an end of an intent means: perhaps nobody, which an intent must not mean. */
export type IntentEnd = AskedEnd | { readonly kind: "nobody"; readonly why: string };

const SELECTING = /^(?:(\*|[^/{}*]+|\{[^{}]*\})\/)?(\*|\{[^{}]*\})$/;

const inBraces = (text: string): string => (text === "*" ? "" : text.slice(1, -1));

/** `shop/{app=web}`, `shop/*`, `{team=a}/*`; `undefined` for what selects nobody but names. */
function selecting(text: string, namespace: string): GroupSelector | BadEnd | undefined {
  const found = SELECTING.exec(text);
  if (found === null) return undefined;
  const [, where = namespace, who = "*"] = found;
  const pods = parseSelector(inBraces(who));
  if ("kind" in pods) return pods;
  if (where !== "*" && !where.startsWith("{"))
    return { namespaces: { kind: "named", name: where }, pods: selector(pods) };
  const namespaces = parseSelector(inBraces(where));
  if ("kind" in namespaces) return namespaces;
  return { namespaces: { kind: "selected", selector: selector(namespaces) }, pods: selector(pods) };
}

/** Every pod and workload whose labels match, hostNetwork pods included: they are somebody's pods, too. */
function selected(group: GroupSelector, cluster: ManifestCluster): Party[] {
  const namespaces = new Map(cluster.namespaces.map((each) => [each.name, each]));
  const ofWorkloads = new Set(cluster.workloads.map(({ podKey }) => podKey));
  const bare = cluster.pods.filter((pod) => !ofWorkloads.has(keyOf(pod)) && !pod.finished);
  const all = [
    ...bare.map((pod) => podParty(pod)),
    ...cluster.workloads.flatMap((workload) => workloadParties(workload, cluster)),
  ];
  return all.filter(({ end, hostPod }) => {
    const pod = hostPod ?? (end.kind === "pod" ? end.pod : undefined);
    return pod !== undefined && isMember(group, pod, namespaces.get(pod.namespace));
  });
}

/** Finds whom an end means. `bad` is what cannot be read; what can be read, and means nobody, is `nobody`. */
export function intentEnd(
  text: string,
  namespace: string,
  { cluster, program }: { readonly cluster: ManifestCluster; readonly program: Program },
): IntentEnd | BadEnd {
  const group = selecting(text, namespace);
  if (group !== undefined) {
    if ("kind" in group) return { ...group, message: `${text}: ${group.message}` };
    const parties = selected(group, cluster);
    if (parties.length === 0) return { kind: "nobody", why: `${text} selects no pod` };
    return { kind: "parties", name: text, parties };
  }
  const spec = parseEnd(text, namespace);
  if (spec.kind === "bad") return spec;
  const end = findEnd(spec, cluster, program);
  if (end.kind === "bad") return { kind: "nobody", why: end.message };
  if (end.kind === "parties" && end.parties.length === 0)
    return { kind: "nobody", why: `${text} has no address that nobody in the cluster has` };
  return end;
}
