import type { ObjectKey } from "../../core/cluster.ts";
import type { KubeClient } from "../../kube/client.ts";
import { APPLY, FIELD_MANAGER, objectPath } from "../../kube/publish/write-object.ts";
import { API_VERSION } from "../../kube/wire/api.ts";
import type { CompiledPolicyStatus } from "../../kube/wire/compiled-policy-status.ts";

/** A status, and of which state of the object it speaks. */
export interface StatusWrite {
  readonly key: ObjectKey;
  readonly status: CompiledPolicyStatus;
  readonly resourceVersion: string;
}

/**
 * Writes the status of one CompiledPolicy, and returns the object as it then stands. Refused with a conflict (409) where
 * another has written the object since: a deposed leader's late word does not count.
 */
export async function writeStatus(
  client: KubeClient,
  { key, status, resourceVersion }: StatusWrite,
  signal: AbortSignal,
): Promise<unknown> {
  const [namespace = "", name = ""] = key.split("/");
  const path = `${objectPath("compiledPolicies", key)}/status?fieldManager=${FIELD_MANAGER}&force=true`;
  const metadata = { namespace, name, resourceVersion };
  const body = { apiVersion: API_VERSION, kind: "CompiledPolicy", metadata, status };
  return client.request({ method: "PATCH", path, body, contentType: APPLY, signal });
}
