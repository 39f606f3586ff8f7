import { KubeError } from "../kube/client.ts";
import { connectContext } from "../kube/connect.ts";
import { listCluster } from "../kube/live/list-cluster.ts";
import { DEFAULT_NAMESPACE } from "../kube/schema/identity.ts";
import { UsageError } from "./exit-codes.ts";
import type { ReadSource } from "./read-source.ts";
import type { SourceFlags } from "./source-options.ts";

const words = (error: unknown): string =>
  error instanceof Error ? error.message || error.name : String(error);

/** Lists the cluster of the current context, or of the one that the flags name; says what RBAC hides. */
export async function readLive(flags: SourceFlags): Promise<ReadSource> {
  const { client, namespace: own } = await connectContext(flags).catch((error: unknown) => {
    throw new UsageError(`no cluster to ask (name files with -f, or a kubeconfig): ${words(error)}`);
  });
  const namespace = flags.namespace ?? own ?? DEFAULT_NAMESPACE;
  try {
    const manifests = await listCluster(client, flags.allNamespaces === true ? {} : { fallback: namespace });
    return { manifests, namespace };
  } catch (error) {
    const said = error instanceof KubeError ? `${words(error)} (HTTP ${error.status})` : words(error);
    throw new UsageError(`the cluster cannot be read: ${said}`);
  } finally {
    client.close();
  }
}
