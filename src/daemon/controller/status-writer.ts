import type { ObjectKey } from "../../core/cluster.ts";
import type { KubeClient } from "../../kube/client.ts";
import { APPLY, FIELD_MANAGER, objectPath } from "../../kube/publish/write-object.ts";
import { API_VERSION } from "../../kube/wire/api.ts";
import type { CompiledPolicyStatus } from "../../kube/wire/compiled-policy-status.ts";

/** Writes the status of one CompiledPolicy, and returns the object as it then stands. */
export async function writeStatus(
  client: KubeClient,
  key: ObjectKey,
  status: CompiledPolicyStatus,
  signal: AbortSignal,
): Promise<unknown> {
  const [namespace = "", name = ""] = key.split("/");
  const path = `${objectPath("compiledPolicies", key)}/status?fieldManager=${FIELD_MANAGER}&force=true`;
  const body = { apiVersion: API_VERSION, kind: "CompiledPolicy", metadata: { namespace, name }, status };
  return client.request({ method: "PATCH", path, body, contentType: APPLY, signal });
}
