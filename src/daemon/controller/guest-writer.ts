import type { ObjectKey } from "../../core/cluster.ts";
import type { KubeClient } from "../../kube/client.ts";
import { forEachLimit } from "../../kube/publish/for-each-limit.ts";
import { APPLY, objectPath } from "../../kube/publish/write-object.ts";
import { API_VERSION } from "../../kube/wire/api.ts";
import { CONCURRENCY, type WriteFailure, writeFailure } from "./publisher.ts";
import type { StandingEnforcer } from "./standing-objects.ts";

/** As server-side apply names who wrote a field: the rest of the object is the enforcer's. */
const FIELD_MANAGER = "selvedge-controller-guests";

/**
 * Tells each enforcer that is there of a pod of another node in its blocks, or that there is none any more. The UID goes with
 * the write, so that none is made for an enforcer that has gone.
 */
export async function writeGuests(
  client: KubeClient,
  enforcers: Iterable<readonly [string, StandingEnforcer]>,
  guestOf: (node: string) => ObjectKey | undefined,
  signal: AbortSignal,
): Promise<readonly WriteFailure[]> {
  const due = [...enforcers].flatMap(([node, { uid, guest }]) => {
    const wanted = guestOf(node);
    return wanted === guest ? [] : [{ node, uid, wanted }];
  });
  const failures = await forEachLimit(due, CONCURRENCY, async ({ node, uid, wanted }) => {
    signal.throwIfAborted();
    const body = {
      apiVersion: API_VERSION,
      kind: "EnforcerNode",
      metadata: { name: node, uid },
      spec: wanted === undefined ? {} : { guest: wanted },
    };
    const path = `${objectPath("enforcerNodes", node)}?fieldManager=${FIELD_MANAGER}&force=true`;
    await client.request({ method: "PATCH", path, body, contentType: APPLY, signal });
  });
  return failures.map(({ item, error }) => writeFailure(`enforcerNodes/${item.node}`, error));
}
