import { type KubeClient, KubeError } from "../../kube/client.ts";
import { listPages } from "../../kube/live/list-pages.ts";
import { toPod } from "../../kube/schema/pod.ts";
import { collections } from "../../kube/wire/api.ts";
import { type PolicyRow, policyRows } from "./policy-row.ts";

/** The rows, or why they cannot be told. */
export type StatusReading =
  | { readonly kind: "rows"; readonly rows: readonly PolicyRow[] }
  | { readonly kind: "unknown"; readonly why: string };

const NOT_FOUND = 404;

const inNamespace = (path: string, namespace: string | undefined): string => {
  const at = path.lastIndexOf("/");
  return namespace === undefined ? path : `${path.slice(0, at)}/namespaces/${namespace}${path.slice(at)}`;
};

/** Reads how far the policies of one namespace, or of all, are enforced. */
export async function readStatus(client: KubeClient, namespace: string | undefined): Promise<StatusReading> {
  const list = (path: string) => listPages(client, inNamespace(path, namespace));
  try {
    const [declared, pods, compiled] = await Promise.all([
      list("/apis/networking.k8s.io/v1/networkpolicies"),
      list("/api/v1/pods"),
      list(collections.compiledPolicies),
    ]);
    const known = pods.flatMap((raw) => {
      const pod = toPod(raw);
      return pod.ok ? [pod.value] : [];
    });
    return { kind: "rows", rows: policyRows(declared, compiled, known) };
  } catch (error) {
    if (error instanceof KubeError && error.status === NOT_FOUND)
      return {
        kind: "unknown",
        why: "the cluster has no CompiledPolicies: standalone enforcers publish nothing, ask each node's /readyz",
      };
    return { kind: "unknown", why: error instanceof Error ? error.message : JSON.stringify(error) };
  }
}
