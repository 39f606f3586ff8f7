import * as z from "zod/mini";
import type { ObjectKey } from "../../core/cluster.ts";
import type { KubeClient } from "../../kube/client.ts";
import { APPLY, objectPath } from "../../kube/publish/write-object.ts";
import { API_VERSION } from "../../kube/wire/api.ts";
import { type EnforcerNodeStatus, enforcerNodeSpec } from "../../kube/wire/enforcer-node.ts";

type Client = Pick<KubeClient, "request">;

/** As server-side apply names who wrote a field. */
const FIELD_MANAGER = "selvedge-enforcer";

/** Milliseconds that a request may take. */
const PATIENCE = 10_000;

const QUERY = `fieldManager=${FIELD_MANAGER}&force=true`;

const within = (signal: AbortSignal): AbortSignal => AbortSignal.any([signal, AbortSignal.timeout(PATIENCE)]);

const nodeObject = z.looseObject({ metadata: z.looseObject({ uid: z.string() }) });

/** All that follow throw what the client throws. */
export const readEnforcerNode = (client: Client, node: string, signal: AbortSignal): Promise<unknown> =>
  client.request({ path: objectPath("enforcerNodes", node), signal: within(signal) });

/** Has the object there, owned by its Node: it goes with it. */
export async function registerEnforcerNode(client: Client, node: string, signal: AbortSignal): Promise<void> {
  const owner = nodeObject.parse(
    await client.request({ path: `/api/v1/nodes/${node}`, signal: within(signal) }),
  );
  const { uid } = owner.metadata;
  const metadata = { name: node, ownerReferences: [{ apiVersion: "v1", kind: "Node", name: node, uid }] };
  await client.request({
    method: "PATCH",
    path: `${objectPath("enforcerNodes", node)}?${QUERY}`,
    contentType: APPLY,
    body: { apiVersion: API_VERSION, kind: "EnforcerNode", metadata },
    signal: within(signal),
  });
}

/** Returns the object as it then stands. */
export const writeEnforcerNodeStatus = (
  client: Client,
  node: string,
  status: EnforcerNodeStatus,
  signal: AbortSignal,
): Promise<unknown> =>
  client.request({
    method: "PATCH",
    path: `${objectPath("enforcerNodes", node)}/status?${QUERY}`,
    contentType: APPLY,
    body: { apiVersion: API_VERSION, kind: "EnforcerNode", metadata: { name: node }, status },
    signal: within(signal),
  });

const withSpec = z.looseObject({ spec: z.optional(enforcerNodeSpec) });

/** The guest that the object tells of; none where it cannot be read. */
export function guestIn(raw: unknown): ObjectKey | undefined {
  const read = withSpec.safeParse(raw);
  return read.success ? read.data.spec?.guest : undefined;
}
