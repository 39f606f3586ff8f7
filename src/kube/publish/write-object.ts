import * as z from "zod/mini";
import { type KubeClient, KubeError } from "../client.ts";
import { API_VERSION, collections } from "../wire/api.ts";
import { fingerprint } from "./intent.ts";
import type { Published, Write } from "./plan-publication.ts";

/** As server-side apply names who wrote a field. */
export const FIELD_MANAGER = "selvedge-controller";

export const APPLY = "application/apply-patch+yaml";

const KINDS: Readonly<Record<Published, string>> = {
  compiledPolicies: "CompiledPolicy",
  addressGroups: "AddressGroup",
};

/** `/apis/.../namespaces/x/compiledpolicies/y`, from the key `x/y`; a key without a namespace is cluster scoped. */
export function objectPath(collection: keyof typeof collections, key: string): string {
  const [first = "", name] = key.split("/");
  const path = collections[collection];
  if (name === undefined) return `${path}/${first}`;
  const base = path.slice(0, path.lastIndexOf("/"));
  return `${base}/namespaces/${first}${path.slice(base.length)}/${name}`;
}

/**
 * Carries out one write. It bears the resourceVersion of what it was planned against, and a new object is created and never
 * applied: what another has written since is refused with a conflict (409), so that a late write of a deposed leader undoes
 * nothing. A deletion of what is gone is done. Returns the resourceVersion of what was written, and throws what the client
 * throws.
 */
export async function writeObject(
  client: KubeClient,
  write: Write,
  signal: AbortSignal,
): Promise<string | undefined> {
  if (write.kind === "delete") {
    const path = objectPath(write.collection, write.key);
    const { resourceVersion } = write;
    const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { resourceVersion } };
    await client.request({ method: "DELETE", path, body, signal }).catch((error: unknown) => {
      if (!(error instanceof KubeError && error.status === 404)) throw error;
    });
    return undefined;
  }
  const { collection, intent, resourceVersion, uid } = write;
  const path = objectPath(collection, intent.key);
  const { metadata, spec } = intent;
  const head = { apiVersion: API_VERSION, kind: KINDS[collection] };
  const query = `fieldManager=${FIELD_MANAGER}`;
  if (resourceVersion === undefined) {
    // Server-side apply would create it, too, but would also change what another leader has created in the meantime.
    const body = { ...head, metadata, spec };
    return versionOf(
      await client.request({ method: "POST", path: `${parentOf(path)}?${query}`, body, signal }),
    );
  }
  const applied = await applyTo(client, `${path}?${query}&force=true`, {
    // By its uid alone an object that is gone is not made anew: there, an apply passes over the resourceVersion.
    body: { ...head, metadata: { ...metadata, resourceVersion, uid }, spec },
    signal,
  });
  if (applied !== undefined && fingerprint(applied.spec) === intent.fingerprint) return versionOf(applied);
  // Fields that somebody added by hand are theirs in the eyes of server-side apply, and stay, or stand in the way of ours; a
  // whole update takes them away.
  const standing = applied ?? answer.parse(await client.request({ path, signal }));
  const version = applied === undefined ? resourceVersion : applied.metadata["resourceVersion"];
  const body = {
    ...standing,
    metadata: { ...standing.metadata, ...metadata, resourceVersion: version },
    spec,
  };
  return versionOf(await client.request({ method: "PUT", path: `${path}?${query}`, body, signal }));
}

/** The object as it then stands; `undefined` where what stands and what is applied make no valid object together. */
async function applyTo(
  client: KubeClient,
  path: string,
  { body, signal }: { readonly body: unknown; readonly signal: AbortSignal },
): Promise<z.output<typeof answer> | undefined> {
  try {
    return answer.parse(await client.request({ method: "PATCH", path, body, contentType: APPLY, signal }));
  } catch (error) {
    if (error instanceof KubeError && error.status === INVALID) return undefined;
    throw error;
  }
}

const INVALID = 422;

const versionOf = (raw: unknown): string => String(answer.parse(raw).metadata["resourceVersion"]);

const parentOf = (path: string): string => path.slice(0, path.lastIndexOf("/"));

const answer = z.looseObject({
  metadata: z.record(z.string(), z.unknown()),
  spec: z.optional(z.unknown()),
});
