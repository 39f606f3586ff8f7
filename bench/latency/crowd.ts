import { nodeAddressing } from "../../src/lab/addressing.ts";
import { create, mergePatch } from "../../src/lab/cluster/objects.ts";
import { mapLimit } from "../../src/lab/map-limit.ts";
import type { KubeClient } from "../../src/kube/client.ts";

/** Where the other policies' pods are: on the node that is measured, or on another. */
export type Place = "here" | "elsewhere";

export const NAMESPACE = "crowd";
/** As many as a /24 has room for beside the gateway and the pods that are measured. */
const PODS = 250;
const FIRST_HOST = 5;
/** Rules a policy. */
export const RULES = 3;
const AT_ONCE = 8;

const app = (i: number): string => `a${i % PODS}`;

const podObject = (i: number, node: string): Readonly<Record<string, unknown>> => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { namespace: NAMESPACE, name: `p${i}`, labels: { app: app(i) } },
  spec: { nodeName: node, containers: [{ name: "main", image: "lab" }] },
});

const policyObject = (i: number): Readonly<Record<string, unknown>> => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  metadata: { namespace: NAMESPACE, name: `np${i}` },
  spec: {
    podSelector: { matchLabels: { app: app(i) } },
    ingress: Array.from({ length: RULES }, (_, rule) => ({
      from: [{ podSelector: { matchLabels: { app: app(i + rule * 17) } } }],
      ports: [{ protocol: "TCP", port: 1000 + rule }],
    })),
  },
});

/** 250 pods that are known to the API server only, and so many policies over them; each selects one. */
export async function createCrowd(client: KubeClient, policies: number, place: Place): Promise<void> {
  const { name, podCidrs } = nodeAddressing(place === "here" ? 1 : 2);
  await create(client, { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } });
  await mapLimit([...Array(PODS).keys()], AT_ONCE, async (i) => {
    await create(client, podObject(i, name));
    const host = FIRST_HOST + i;
    const podIPs = [
      { ip: podCidrs.v4.replace(/0\/24$/, `${host}`) },
      { ip: podCidrs.v6.replace(/\/64$/, host.toString(16)) },
    ];
    const status = { phase: "Running", podIP: podIPs[0]?.ip, podIPs };
    await mergePatch(client, `/api/v1/namespaces/${NAMESPACE}/pods/p${i}/status`, { status });
  });
  await mapLimit([...Array(policies).keys()], AT_ONCE, (i) => create(client, policyObject(i)));
}
