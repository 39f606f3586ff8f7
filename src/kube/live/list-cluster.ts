import { append } from "../append.ts";
import { type KubeClient, KubeError } from "../client.ts";
import type { ManifestSet, SourcedObject } from "../files/manifest-set.ts";
import { listPages } from "./list-pages.ts";
import { liveObject } from "./live-object.ts";
import { type LiveKind, liveKinds } from "./live-kinds.ts";

const FORBIDDEN = 403;
const NOT_FOUND = 404;

const isStatus = (error: unknown, status: number): boolean =>
  error instanceof KubeError && error.status === status;

const collection = ({ group, plural }: LiveKind, namespace?: string): string => {
  const root = group.includes("/") ? `/apis/${group}` : `/api/${group}`;
  return namespace === undefined ? `${root}/${plural}` : `${root}/namespaces/${namespace}/${plural}`;
};

interface KindListing {
  readonly objects: readonly SourcedObject[];
  readonly hidden: readonly string[];
}

/**
 * Reads what questions are answered from, one paged list for each kind, over all namespaces: who may reach whom hangs on
 * other namespaces' policies, pods and labels too. A kind that may not be listed over all of them is listed in `fallback`
 * alone where that is given, and what stays hidden is said. Throws what the network throws, and any other refusal.
 */
export async function listCluster(
  client: KubeClient,
  { fallback, signal }: { readonly fallback?: string; readonly signal?: AbortSignal },
): Promise<ManifestSet> {
  const objectsOf = async (kind: LiveKind, path: string): Promise<SourcedObject[]> =>
    (await listPages(client, path, signal)).map((raw) => liveObject(kind.group, kind.kind, raw));

  async function oneNamespace(kind: LiveKind, namespace: string): Promise<KindListing> {
    const hidden = [`${kind.words} of other namespaces than ${namespace}`];
    try {
      if (kind.kind === "Namespace") {
        const path = `${collection(kind)}/${namespace}`;
        const raw = await client.request({ path, ...(signal !== undefined && { signal }) });
        return {
          objects: [liveObject(kind.group, kind.kind, raw as Readonly<Record<string, unknown>>)],
          hidden: [`namespaces other than ${namespace}`],
        };
      }
      return { objects: await objectsOf(kind, collection(kind, namespace)), hidden };
    } catch (error) {
      if (!isStatus(error, FORBIDDEN) && !isStatus(error, NOT_FOUND)) throw error;
      return { objects: [], hidden: [`all ${kind.words}`] };
    }
  }

  async function listKind(kind: LiveKind): Promise<KindListing> {
    try {
      return { objects: await objectsOf(kind, collection(kind)), hidden: [] };
    } catch (error) {
      // A cluster without this kind (an aggregated or trimmed API) has no objects of it.
      if (isStatus(error, NOT_FOUND)) return { objects: [], hidden: [] };
      if (!isStatus(error, FORBIDDEN)) throw error;
      if (fallback === undefined || kind.kind === "Node")
        return { objects: [], hidden: [`all ${kind.words}`] };
      return oneNamespace(kind, fallback);
    }
  }

  const listings = await Promise.all(liveKinds.map(listKind));
  const objects: SourcedObject[] = [];
  for (const listing of listings) append(objects, listing.objects);
  const hidden = listings.flatMap((listing) => listing.hidden);
  return { objects, ignored: new Map(), problems: [], hidden, texts: new Map() };
}
