import type { Namespace, Node, Pod } from "../../core/cluster.ts";
import { type Cluster } from "../../core/compile.ts";
import type { KubeClient } from "../../kube/client.ts";
import { importNetworkPolicy } from "../../kube/import-network-policy.ts";
import type { Parsed } from "../../kube/schema/decode.ts";
import { toNamespace } from "../../kube/schema/namespace.ts";
import { toNode } from "../../kube/schema/node.ts";
import { toPod } from "../../kube/schema/pod.ts";

async function list(client: KubeClient, path: string): Promise<readonly unknown[]> {
  const { items } = (await client.request({ path })) as { readonly items?: readonly unknown[] | null };
  return items ?? [];
}

const readable = <T>(parsed: Parsed<T>): T[] => (parsed.ok ? [parsed.value] : []);

/** What the API server holds at this moment: what every enforcer should have made true. */
export async function clusterNow(client: KubeClient): Promise<Cluster & { readonly nodes: readonly Node[] }> {
  const [namespaces, pods, nodes, policies] = await Promise.all([
    list(client, "/api/v1/namespaces"),
    list(client, "/api/v1/pods"),
    list(client, "/api/v1/nodes"),
    list(client, "/apis/networking.k8s.io/v1/networkpolicies"),
  ]);
  return {
    namespaces: namespaces.flatMap((raw): Namespace[] => readable(toNamespace(raw))),
    pods: pods.flatMap((raw): Pod[] => readable(toPod(raw))),
    nodes: nodes.flatMap((raw): Node[] => readable(toNode(raw))),
    policies: policies.flatMap((raw) => importNetworkPolicy(raw).policy ?? []),
  };
}
