import { beforeAll, describe, expect, it } from "vitest";
import { kubectl } from "../cluster/rig/kubectl.ts";
import { until } from "../cluster/rig/until.ts";
import { apply, get, remove } from "./support/api.ts";
import { closes, opens } from "./support/connects.ts";
import { giveOutNext } from "./support/give-out-next.ts";
import { useNamespace } from "./support/namespace.ts";
import { podManifest, type PodObject, PORT, readyPod, serverContainer } from "./support/pod.ts";
import { type ThreePods, threePods } from "./support/three-pods.ts";

/** In a shell without sub-second clocks, `/proc/uptime` has hundredths. */
const script = (friendly: string, closed: string): string => `
began=$(cut -d' ' -f1 /proc/uptime)
until /agnhost connect --timeout=200ms ${friendly} 2>/dev/null; do :; done
echo "took $began $(cut -d' ' -f1 /proc/uptime)"
/agnhost connect --timeout=1s ${closed} && echo leaked || echo tight`;

/** Seconds between the first attempt and the connection, from what the script said. */
const secondsTaken = (log: string): number => {
  const [, began = "", ended = ""] = /^took (\S+) (\S+)$/m.exec(log) ?? [];
  return Number(ended) - Number(began);
};

describe("workloads", () => {
  const namespace = useNamespace("e2e-workloads");
  let pods: ThreePods;

  beforeAll(async () => {
    pods = await threePods(namespace);
    // The newborn reach the server as friends; the friend, whom nobody may reach any more, they do not.
    await apply({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { namespace, name: "close-friend" },
      spec: { podSelector: { matchLabels: { name: "friend" } }, policyTypes: ["Ingress"] },
    });
    await closes(pods.server.netnsPath, pods.friend.ip);
  });

  const shell = (name: string): object => ({
    ...serverContainer,
    name,
    command: ["sh", "-c", script(`${pods.server.ip}:${PORT}`, `${pods.friend.ip}:${PORT}`)],
    args: [],
  });

  it("have an init container's network from its first instant, and nothing that is denied", async () => {
    const name = "with-init";
    const spec = { initContainers: [shell("first")] };
    await apply(podManifest({ namespace, name, labels: { role: "friend" }, spec }));
    await readyPod(namespace, name);
    const log = await kubectl(["logs", "-n", namespace, name, "-c", "first"]);
    expect(log).toContain("tight");
    console.log(`an init container's first connection stood after ${secondsTaken(log).toFixed(2)} s`);
  });

  it("have a sidecar that runs beside them from before their start", async () => {
    const name = "with-sidecar";
    const sidecar = {
      ...serverContainer,
      name: "sidecar",
      restartPolicy: "Always",
      args: ["netexec", "--http-port=8081", "--udp-port=-1"],
    };
    await apply(
      podManifest({ namespace, name, labels: { role: "server" }, spec: { initContainers: [sidecar] } }),
    );
    const pod = await readyPod(namespace, name);
    for (const port of [PORT, 8081]) {
      await opens(pods.friend.netnsPath, pod.ip, port);
      await closes(pods.foe.netnsPath, pod.ip, port);
    }
  });

  /** Has a foe born with this address on its node, and finds it isolated as such. */
  async function inherits(address: string, node: string): Promise<void> {
    const heir = await until("a pod is born with the address", async () => {
      await giveOutNext(node, address);
      await apply(podManifest({ namespace, name: "heir", node, labels: { role: "foe" } }));
      const pod = await readyPod(namespace, "heir");
      if (pod.ip === address) return pod;
      // Another test's pod was faster.
      await remove("pod", "heir", "-n", namespace);
      return undefined;
    });
    await closes(heir.netnsPath, pods.server.ip);
    await remove("pod", "heir", "-n", namespace);
  }

  it("finish as Jobs: whoever has their address next is no friend, though they still are in the API", async () => {
    await apply({
      apiVersion: "batch/v1",
      kind: "Job",
      metadata: { namespace, name: "job" },
      spec: {
        backoffLimit: 0,
        template: {
          metadata: { labels: { role: "friend", job: "job" } },
          spec: { restartPolicy: "Never", containers: [shell("job")] },
        },
      },
    });
    await kubectl(["wait", "-n", namespace, "--for=condition=complete", "job/job", "--timeout=120s"]);
    expect(await kubectl(["logs", "-n", namespace, "job/job"])).toContain("tight");
    const { items } = await get<{ items: PodObject[] }>("pods", "-l", "job=job", "-n", namespace);
    const [finished] = items;
    const address = finished?.status.podIP ?? "";
    expect(address).not.toBe("");
    await until("no group has the finished pod's address", async () =>
      (await kubectl(["get", "addressgroups", "-o", "json"])).includes(`"${address}"`) ? undefined : true,
    );
    await inherits(address, finished?.spec.nodeName ?? "");
    const { status } = await get<PodObject>("pod", finished?.metadata.name ?? "", "-n", namespace);
    expect(status.podIP).toBe(address);
  });

  it("as a StatefulSet come back under their name with another address, and leave nothing to whoever has the old one", async () => {
    const labels = { set: "db", role: "friend" };
    await apply(
      {
        apiVersion: "v1",
        kind: "Service",
        metadata: { namespace, name: "db" },
        spec: { clusterIP: "None", selector: labels },
      },
      {
        apiVersion: "apps/v1",
        kind: "StatefulSet",
        metadata: { namespace, name: "db" },
        spec: {
          serviceName: "db",
          replicas: 1,
          selector: { matchLabels: labels },
          template: {
            metadata: { labels },
            spec: { terminationGracePeriodSeconds: 0, containers: [serverContainer] },
          },
        },
      },
    );
    await kubectl(["rollout", "status", "-n", namespace, "statefulset/db", "--timeout=120s"]);
    const before = await readyPod(namespace, "db-0");
    await opens(before.netnsPath, pods.server.ip);
    const { metadata } = await get<PodObject>("pod", "db-0", "-n", namespace);
    await remove("pod", "db-0", "-n", namespace);
    await until("another db-0 is there", async () => {
      const now = await get<PodObject>("pod", "db-0", "-n", namespace);
      return now.metadata.uid !== metadata.uid || undefined;
    });
    const after = await readyPod(namespace, "db-0");
    expect(after.ip).not.toBe(before.ip);
    await opens(after.netnsPath, pods.server.ip);
    await inherits(before.ip, before.node);
  });
});
