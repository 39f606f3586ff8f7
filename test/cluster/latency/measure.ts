import { setTimeout as sleep } from "node:timers/promises";
import { allowLabelled, policy } from "../../e2e/support/policy.ts";
import { podManifest, PORT, readyPod, type RunningPod } from "../../e2e/support/pod.ts";
import { until } from "../rig/until.ts";
import type { ApiSocket } from "./api-socket.ts";
import { type Knocker, startKnocker } from "./start-knocker.ts";

/** What is timed; milliseconds of each event. */
export interface Measured {
  readonly closed: readonly number[];
  readonly opened: readonly number[];
  readonly reachable: readonly number[];
}

type Enforcer = "selvedge" | "none";

const NAMESPACE = "latency";
const PODS = `/api/v1/namespaces/${NAMESPACE}/pods`;
const POLICIES = `/apis/networking.k8s.io/v1/namespaces/${NAMESPACE}/networkpolicies`;

const now = (): number => performance.timeOrigin + performance.now();

interface Created {
  readonly status?: { readonly podIP?: string };
}

const gone = async (api: ApiSocket, path: string): Promise<void> => {
  while (await api.call("GET", path).catch(() => undefined)) await sleep(50);
};

/** A policy that closes: until the last connection; then one that opens: until the first. */
async function policyRound(api: ApiSocket, knocker: Knocker, server: RunningPod): Promise<[number, number]> {
  knocker.at(server.ip, PORT);
  await knocker.firstOpen(now());
  const closing = policy(NAMESPACE, "closing", {
    podSelector: { matchLabels: { name: "server" } },
    policyTypes: ["Ingress"],
  });
  const closedSince = now();
  await api.call("POST", POLICIES, closing);
  const closed = (await knocker.lastOpen(closedSince)) - closedSince;
  const openedSince = now();
  await api.call("POST", POLICIES, allowLabelled(NAMESPACE));
  const opened = (await knocker.firstOpen(openedSince)) - openedSince;
  await api.call("DELETE", `${POLICIES}/closing`);
  await api.call("DELETE", `${POLICIES}/allow-labelled`);
  return [closed, opened];
}

/** A pod that its policy lets the client reach: from the request that creates it to the first connection. */
async function podRound(api: ApiSocket, knocker: Knocker, name: string): Promise<number> {
  knocker.rest();
  const since = now();
  await api.call(
    "POST",
    PODS,
    podManifest({ namespace: NAMESPACE, name, node: "n1", labels: { role: "server" } }),
  );
  for (;;) {
    const { status } = (await api.call("GET", `${PODS}/${name}`)) as Created;
    if (status?.podIP !== undefined) {
      knocker.at(status.podIP, PORT);
      break;
    }
    await sleep(5);
  }
  const reached = (await knocker.firstOpen(since)) - since;
  await api.call("DELETE", `${PODS}/${name}?gracePeriodSeconds=0`);
  await gone(api, `${PODS}/${name}`);
  return reached;
}

/** Measures in a namespace of its own. Policies are timed only where somebody enforces them. */
export async function measure(api: ApiSocket, events: number, enforcer: Enforcer): Promise<Measured> {
  const namespace = { apiVersion: "v1", kind: "Namespace", metadata: { name: NAMESPACE } };
  await api.call("POST", "/api/v1/namespaces", namespace);
  const account = `/api/v1/namespaces/${NAMESPACE}/serviceaccounts/default`;
  await until("the namespace has its service account", () => api.call("GET", account));
  await api.call(
    "POST",
    PODS,
    podManifest({ namespace: NAMESPACE, name: "server", node: "n1", labels: { role: "server" } }),
  );
  await api.call(
    "POST",
    PODS,
    podManifest({ namespace: NAMESPACE, name: "friend", node: "n2", labels: { role: "friend" } }),
  );
  const server = await readyPod(NAMESPACE, "server");
  const knocker = await startKnocker((await readyPod(NAMESPACE, "friend")).netnsPath);
  const [closed, opened, reachable] = [new Array<number>(), new Array<number>(), new Array<number>()];
  try {
    const policies = enforcer === "selvedge" ? events : 0;
    for (let i = 0; i < policies; i += 1) {
      const [toClose, toOpen] = await policyRound(api, knocker, server);
      closed.push(toClose);
      opened.push(toOpen);
    }
    await api.call("POST", POLICIES, allowLabelled(NAMESPACE));
    for (let i = 0; i < events; i += 1) reachable.push(await podRound(api, knocker, `newborn-${i}`));
  } finally {
    knocker.stop();
    await api.call("DELETE", `/api/v1/namespaces/${NAMESPACE}`);
    await gone(api, `/api/v1/namespaces/${NAMESPACE}`);
  }
  return { closed, opened, reachable };
}
