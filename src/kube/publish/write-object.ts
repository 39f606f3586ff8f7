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
 * Carries out one write. It bears the resourceVersion of what it was planned against: what another has written since is
 * refused with a conflict (409), so that a late write of a deposed leader undoes nothing. A deletion of what is gone is done.
 * Throws what the client throws.
 */
export async function writeObject(client: KubeClient, write: Write, signal: AbortSignal): Promise<void> {
  if (write.kind === "delete") {
    const path = objectPath(write.collection, write.key);
    const { resourceVersion } = write;
    const body = { apiVersion: "v1", kind: "DeleteOptions", preconditions: { resourceVersion } };
    await client.request({ method: "DELETE", path, body, signal }).catch((error: unknown) => {
      if (!(error instanceof KubeError && error.status === 404)) throw error;
    });
    return;
  }
  const { collection, intent, resourceVersion } = write;
  const path = `${objectPath(collection, intent.key)}?fieldManager=${FIELD_MANAGER}&force=true`;
  const metadata = { ...intent.metadata, ...(resourceVersion !== undefined && { resourceVersion }) };
  const body = { apiVersion: API_VERSION, kind: KINDS[collection], metadata, spec: intent.spec };
  const applied = answer.parse(
    await client.request({ method: "PATCH", path, body, contentType: APPLY, signal }),
  );
  // Fields that somebody added by hand are theirs in the eyes of server-side apply, and stay; a whole update takes them away.
  if (fingerprint(applied.spec) === intent.fingerprint) return;
  const whole = { ...applied, spec: intent.spec };
  const put = `${objectPath(collection, intent.key)}?fieldManager=${FIELD_MANAGER}`;
  await client.request({ method: "PUT", path: put, body: whole, signal });
}

const answer = z.looseObject({ spec: z.optional(z.unknown()) });
