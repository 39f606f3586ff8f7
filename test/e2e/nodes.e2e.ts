import { beforeAll, describe, expect, it } from "vitest";
import { startKnocker } from "../cluster/latency/start-knocker.ts";
import { kubectl } from "../cluster/rig/kubectl.ts";
import { reboot } from "../cluster/rig/reboot.ts";
import { standingCluster } from "../cluster/rig/standing-cluster.ts";
import { until } from "../cluster/rig/until.ts";
import { apply, get } from "./support/api.ts";
import { closes, opens } from "./support/connects.ts";
import { nextAddress } from "./support/give-out-next.ts";
import { useNamespace } from "./support/namespace.ts";
import { type PodObject, PORT, readyPod, type RunningPod, serverContainer } from "./support/pod.ts";
import { type ThreePods, threePods } from "./support/three-pods.ts";
import { expectTight, underTraffic } from "./support/traffic.ts";

const controllersRolledOut =
  "-n selvedge-system rollout status deployment/selvedge-controller --timeout=180s".split(" ");

const preferring = (node: string): object => {
  const matchExpressions = [{ key: "kubernetes.io/hostname", operator: "In", values: [node] }];
  const preferredDuringSchedulingIgnoredDuringExecution = [{ weight: 100, preference: { matchExpressions } }];
  return { affinity: { nodeAffinity: { preferredDuringSchedulingIgnoredDuringExecution } } };
};

describe("nodes", () => {
  const namespace = useNamespace("e2e-nodes");
  let pods: ThreePods;

  beforeAll(async () => {
    pods = await threePods(namespace);
  });

  /** Servers that somebody else makes anew; `podSpec` says where. */
  const workload = (kind: string, app: string, podSpec: object, spec: object = {}): object => {
    const labels = { role: "server", app };
    return {
      apiVersion: "apps/v1",
      kind,
      metadata: { namespace, name: app },
      spec: {
        ...spec,
        selector: { matchLabels: labels },
        template: {
          metadata: { labels },
          spec: { terminationGracePeriodSeconds: 0, containers: [serverContainer], ...podSpec },
        },
      },
    };
  };
  const servers = async (app: string): Promise<PodObject[]> =>
    (await get<{ items: PodObject[] }>("pods", "-l", `app=${app}`, "-n", namespace)).items;
  const rolledOut = (workload: string): Promise<string> =>
    kubectl(["rollout", "status", "-n", namespace, workload, "--timeout=120s"]);

  it("are drained: what moves is isolated where it goes, and what stays loses and lets in nothing", async () => {
    await apply(
      workload("DaemonSet", "everywhere", {}),
      workload("Deployment", "moving", preferring("n1"), { replicas: 2 }),
    );
    await rolledOut("daemonset/everywhere");
    await rolledOut("deployment/moving");
    const staying: RunningPod[] = [];
    for (const { metadata } of await servers("everywhere"))
      staying.push(await readyPod(namespace, metadata.name));
    expect(new Set((await servers("moving")).map(({ spec }) => spec.nodeName))).toEqual(new Set(["n1"]));
    const to = staying.map(({ name }) => name);
    const knocker = await startKnocker(pods.foe.netnsPath);
    try {
      const since = performance.timeOrigin + performance.now();
      const address = await nextAddress("n2");
      knocker.at(address, PORT);
      const result = await underTraffic(
        [pods.friend, pods.foe, ...staying],
        {
          allowed: to.flatMap((name) => [`friend ${name}`, `${name} foe`]),
          denied: to.map((name) => `foe ${name}`),
        },
        async () => {
          const flags = ["--ignore-daemonsets", "--force", "--delete-emptydir-data", "--timeout=120s"];
          await kubectl(["drain", "n1", ...flags]);
          await rolledOut("deployment/moving");
          await kubectl(["uncordon", "n1"]);
          await kubectl(controllersRolledOut);
        },
      );
      const moved: RunningPod[] = [];
      for (const { metadata } of await servers("moving"))
        moved.push(await readyPod(namespace, metadata.name));
      for (const pod of moved) {
        expect(pod.node).toBe("n2");
        await opens(pods.friend.netnsPath, pod.ip);
        await closes(pods.foe.netnsPath, pod.ip);
      }
      console.log(
        `the foe knocked at ${address} from before it was given out${moved.some(({ ip }) => ip === address) ? ", to a pod that moved" : ""}`,
      );
      expect(knocker.opens(since)).toBe(0);
      expectTight("drain", result);
    } finally {
      knocker.stop();
      await kubectl(["uncordon", "n1"]);
    }
  });

  it("reboot, and isolate their pods again", async () => {
    const { friend, foe } = pods;
    await apply(workload("Deployment", "staying", { nodeSelector: { "kubernetes.io/hostname": "n1" } }));
    await rolledOut("deployment/staying");
    const items = await servers("staying");
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
    await kubectl(controllersRolledOut);
  });
});
