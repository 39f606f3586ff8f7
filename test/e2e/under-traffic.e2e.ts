import { beforeAll, describe, expect, it } from "vitest";
import { kubectl } from "../cluster/rig/kubectl.ts";
import { apply, remove } from "./support/api.ts";
import { closes, opens } from "./support/connects.ts";
import { useNamespace } from "./support/namespace.ts";
import { podManifest, readyPod } from "./support/pod.ts";
import { allowLabelled, policy } from "./support/policy.ts";
import { type ThreePods, threePods, ways } from "./support/three-pods.ts";
import { expectTight, type TrafficResult, underTraffic } from "./support/traffic.ts";

const SYSTEM = ["-n", "selvedge-system"];
const restart = async (workload: string): Promise<void> => {
  await kubectl([...SYSTEM, "rollout", "restart", workload]);
  await kubectl([...SYSTEM, "rollout", "status", workload, "--timeout=180s"]);
};

describe("under traffic", () => {
  const namespace = useNamespace("e2e-traffic");
  let pods: ThreePods;

  beforeAll(async () => {
    pods = await threePods(namespace);
  });

  const during = (happens: () => Promise<unknown>): Promise<TrafficResult> =>
    underTraffic(Object.values(pods), ways, happens);

  it("sees a wall and a hole that are made on purpose", async () => {
    const { denied } = await during(() => remove("networkpolicy", "--all", "-n", namespace));
    expect(denied.leaked).toBeGreaterThan(0);
    const wall = await during(async () => {
      await apply(policy(namespace, "wall", { podSelector: {}, policyTypes: ["Ingress"] }));
      await closes(pods.friend.netnsPath, pods.server.ip);
    });
    expect(wall.allowed.lost).toBeGreaterThan(0);
    await apply(allowLabelled(namespace));
    await remove("networkpolicy", "wall", "-n", namespace);
    await opens(pods.friend.netnsPath, pods.server.ip);
    await closes(pods.foe.netnsPath, pods.server.ip);
  });

  it("a rolling update of the DaemonSet opens nothing and drops nothing", async () => {
    expectTight("rolling update of enforcers", await during(() => restart("daemonset/selvedge-enforcer")));
  });

  it("a rolling update of the controllers opens nothing and drops nothing", async () => {
    expectTight(
      "rolling update of controllers",
      await during(() => restart("deployment/selvedge-controller")),
    );
  });

  it("pods, labels and namespaces that come and go touch no other's traffic", async () => {
    const churn = async (): Promise<void> => {
      for (let round = 0; round < 3; round += 1) {
        const name = `passing-${round}`;
        const elsewhere = `e2e-passing-${round}`;
        await apply(
          podManifest({ namespace, name, labels: { role: "friend" } }),
          {
            apiVersion: "v1",
            kind: "Namespace",
            metadata: { name: elsewhere, labels: { round: `${round}` } },
          },
          policy(elsewhere, "deny-all", { podSelector: {}, policyTypes: ["Ingress", "Egress"] }),
        );
        const passing = await readyPod(namespace, name);
        await opens(passing.netnsPath, pods.server.ip);
        await kubectl(["label", "pod", name, "-n", namespace, "role=foe", "--overwrite"]);
        await closes(passing.netnsPath, pods.server.ip);
        await kubectl(["label", "namespace", elsewhere, "round=done", "--overwrite"]);
        await remove("pod", name, "-n", namespace);
        await remove("namespace", elsewhere, "--wait=false");
      }
    };
    expectTight("churn", await during(churn));
  });
});
