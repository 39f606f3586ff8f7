import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { beforeAll, describe, expect, it } from "vitest";
import { kubectl, kubectlWords } from "../cluster/rig/kubectl.ts";
import { until } from "../cluster/rig/until.ts";
import { inNetns } from "../cluster/rig/home.ts";
import { apply, get } from "./support/api.ts";
import { closes, opens } from "./support/connects.ts";
import { useNamespace } from "./support/namespace.ts";
import { type PodObject, PORT, podManifest, readyPod, type RunningPod } from "./support/pod.ts";
import { denyAll } from "./support/policy.ts";

const namespace = useNamespace("e2e-default-deny");
const probe = { httpGet: { path: "/hostname", port: PORT }, periodSeconds: 1, failureThreshold: 3 };
const container = {
  startupProbe: { ...probe, failureThreshold: 60 },
  readinessProbe: { tcpSocket: { port: PORT }, periodSeconds: 1 },
  livenessProbe: probe,
};

/** What `curl` gets in a network namespace; undefined where it gets nothing. */
async function fetchHere(url: string): Promise<string | undefined> {
  const [command = "", ...within] = inNetns("cp");
  const child = spawn(command, [...within, "curl", "-sS", "-m", "2", url], {
    stdio: ["ignore", "pipe", "ignore"],
  });
  let text = "";
  child.stdout.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.once("close", resolve));
  return code === 0 ? text : undefined;
}

describe("default-deny", () => {
  let pod: RunningPod;
  let other: RunningPod;

  beforeAll(async () => {
    await apply(
      podManifest({ namespace, name: "early", node: "n1", container }),
      podManifest({ namespace, name: "other", node: "n2" }),
    );
    pod = await readyPod(namespace, "early");
    other = await readyPod(namespace, "other");
    // Without a policy, it is open: a closed port would tell nothing.
    await opens(other.netnsPath, pod.ip);
    await apply(denyAll(namespace));
    await closes(other.netnsPath, pod.ip);
  });

  it("isolates from other pods, other nodes' hosts and the outside", async () => {
    await closes(pod.netnsPath, other.ip);
    await closes("/run/netns/selvedge-e2e-n2", pod.ip);
    await closes("/run/netns/selvedge-e2e-cp", pod.ip);
  });

  it("lets kubelet's probes in, also of a pod that is born into it", async () => {
    await apply(podManifest({ namespace, name: "late", node: "n2", container }));
    await readyPod(namespace, "late");
    await sleep(5_000);
    for (const name of ["early", "late"]) {
      const { status } = await get<PodObject>("pod", name, "-n", namespace);
      expect(status.containerStatuses).toMatchObject([{ restartCount: 0, ready: true }]);
    }
  });

  it("leaves kubectl exec and logs alone", async () => {
    expect((await kubectl(["exec", "-n", namespace, "early", "--", "hostname"])).trim()).toBe("early");
    expect(await kubectl(["logs", "-n", namespace, "early"])).toContain("HTTP");
  });

  it("leaves kubectl port-forward alone", async () => {
    const [command = "", ...words] = kubectlWords;
    const forward = spawn(
      command,
      [...words, "port-forward", "-n", namespace, "pod/early", `18080:${PORT}`],
      {
        stdio: "ignore",
      },
    );
    try {
      const answer = await until("the forwarded port answers", () =>
        fetchHere("http://127.0.0.1:18080/hostname"),
      );
      expect(answer).toBe("early");
    } finally {
      forward.kill();
    }
  });
});
