import { beforeAll, describe, expect, it } from "vitest";
import { kubectl } from "../cluster/rig/kubectl.ts";
import { reboot } from "../cluster/rig/reboot.ts";
import { standingCluster } from "../cluster/rig/standing-cluster.ts";
import { until } from "../cluster/rig/until.ts";
import { apply, get } from "./support/api.ts";
import { closes, opens } from "./support/connects.ts";
import { useNamespace } from "./support/namespace.ts";
import { type PodObject, readyPod, serverContainer } from "./support/pod.ts";
import { type ThreePods, threePods } from "./support/three-pods.ts";

describe("nodes", () => {
  const namespace = useNamespace("e2e-nodes");
  let pods: ThreePods;

  beforeAll(async () => {
    pods = await threePods(namespace);
  });

  it("are drained: what moves is isolated where it goes, and the controllers let themselves be moved", async () => {
    const labels = { role: "server", app: "moving" };
    await apply({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { namespace, name: "moving" },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [serverContainer],
            affinity: {
              nodeAffinity: {
                preferredDuringSchedulingIgnoredDuringExecution: [
                  {
                    weight: 100,
                    preference: {
                      matchExpressions: [{ key: "kubernetes.io/hostname", operator: "In", values: ["n1"] }],
                    },
                  },
                ],
              },
            },
          },
        },
      },
    });
    await kubectl(["rollout", "status", "-n", namespace, "deployment/moving", "--timeout=120s"]);
    try {
      await kubectl([
        "drain",
        "n1",
        "--ignore-daemonsets",
        "--force",
        "--delete-emptydir-data",
        "--timeout=120s",
      ]);
      await kubectl(["rollout", "status", "-n", namespace, "deployment/moving", "--timeout=120s"]);
      const { items } = await get<{ items: PodObject[] }>("pods", "-l", "app=moving", "-n", namespace);
      const moved = await readyPod(namespace, items.at(-1)?.metadata.name ?? "");
      expect(moved.node).toBe("n2");
      await opens(pods.friend.netnsPath, moved.ip);
      await closes(pods.foe.netnsPath, moved.ip);
    } finally {
      await kubectl(["uncordon", "n1"]);
    }
    await kubectl(
      "-n selvedge-system rollout status deployment/selvedge-controller --timeout=180s".split(" "),
    );
  });

  it("reboot, and isolate their pods again", async () => {
    const { friend, foe } = pods;
    const labels = { role: "server", app: "staying" };
    await apply({
      apiVersion: "apps/v1",
      kind: "Deployment",
      metadata: { namespace, name: "staying" },
      spec: {
        replicas: 1,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: {
            terminationGracePeriodSeconds: 0,
            containers: [serverContainer],
            nodeSelector: { "kubernetes.io/hostname": "n1" },
          },
        },
      },
    });
    await kubectl(["rollout", "status", "-n", namespace, "deployment/staying", "--timeout=120s"]);
    const { items } = await get<{ items: PodObject[] }>("pods", "-l", "app=staying", "-n", namespace);
    const name = items[0]?.metadata.name ?? "";
    const before = items[0]?.status.containerStatuses?.[0]?.restartCount ?? 0;
    await reboot(await standingCluster(), "n1");
    await until(
      "the pod runs again",
      async () => {
        const { status } = await get<PodObject>("pod", name, "-n", namespace);
        return (status.containerStatuses?.[0]?.restartCount ?? 0) > before || undefined;
      },
      120,
    );
    await kubectl("-n selvedge-system rollout status daemonset/selvedge-enforcer --timeout=180s".split(" "));
    const pod = await readyPod(namespace, name);
    await closes(foe.netnsPath, pod.ip);
    await opens(friend.netnsPath, pod.ip);
    await kubectl(
      "-n selvedge-system rollout status deployment/selvedge-controller --timeout=180s".split(" "),
    );
  });
});
