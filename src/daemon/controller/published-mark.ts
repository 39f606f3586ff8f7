import * as z from "zod/mini";
import type { KubeClient } from "../../kube/client.ts";

/** The Lease that controllers hold, one at a time. */
export const LEASE = "selvedge-controller";

const ANNOTATION = "selvedge.dev/published";

const lease = z.looseObject({
  metadata: z.looseObject({ annotations: z.optional(z.record(z.string(), z.string())) }),
});

export const leasePath = (namespace: string): string =>
  `/apis/coordination.k8s.io/v1/namespaces/${namespace}/leases/${LEASE}`;

/**
 * Says on the Lease, once and for all, that a publication has been whole. Until then what is published may be a part of
 * what is declared, and an enforcer that took it for all would open what it does not name.
 */
export async function markPublished(
  client: KubeClient,
  namespace: string,
  signal: AbortSignal,
): Promise<void> {
  const path = leasePath(namespace);
  if (isMarked(await client.request({ path, signal }))) return;
  const body = { metadata: { annotations: { [ANNOTATION]: "true" } } };
  await client.request({
    method: "PATCH",
    path,
    contentType: "application/merge-patch+json",
    body,
    signal,
  });
}

/** Whether this Lease says so. */
export function isMarked(raw: unknown): boolean {
  const read = lease.safeParse(raw);
  return read.success && read.data.metadata.annotations?.[ANNOTATION] === "true";
}
