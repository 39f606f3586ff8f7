import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, beforeAll, describe, expect, it } from "vitest";
import { kubectl } from "../cluster/rig/kubectl.ts";
import { cutOff, rejoin } from "../cluster/rig/network.ts";
import { apply, remove } from "./support/api.ts";
import { closes, connects, opens } from "./support/connects.ts";
import { controllerPid, leader, leaderAfter, nodeOf } from "./support/leader.ts";
import { useNamespace } from "./support/namespace.ts";
import { podManifest, readyPod, type RunningPod } from "./support/pod.ts";
import { policy } from "./support/policy.ts";
import { type ThreePods, threePods } from "./support/three-pods.ts";
import { expectTight, type TrafficResult, underTraffic } from "./support/traffic.ts";

/** What the change that is made meanwhile does not touch. */
const ways = { allowed: ["friend server", "server foe"], denied: ["foe server"] };

describe("takeover", () => {
  const namespace = useNamespace("e2e-takeover");
  let pods: ThreePods;

  beforeAll(async () => {
    pods = await threePods(namespace);
  });
  afterEach(async () => {
    await remove("networkpolicy", "close-friend", "-n", namespace);
    const rollout = "-n selvedge-system rollout status deployment/selvedge-controller --timeout=180s";
    await kubectl(rollout.split(" "));
    await opens(pods.server.netnsPath, pods.friend.ip);
  });

  const during = (happens: () => Promise<unknown>): Promise<TrafficResult> =>
    underTraffic(Object.values(pods), ways, happens);
  const closeFriend = (): Promise<void> => {
    const podSelector = { matchLabels: { role: "friend" } };
    return apply(policy(namespace, "close-friend", { podSelector, policyTypes: ["Ingress"] }));
  };

  it("of a leader that is killed: what changes while nobody leads holds soon after", async () => {
    const before = await leader();
    const result = await during(async () => {
      process.kill(await controllerPid(nodeOf(before)), "SIGKILL");
      await closeFriend();
      expect(await leader()).toBe(before);
      expect(await connects(pods.server.netnsPath, pods.friend.ip)).toBe(true);
      await leaderAfter(before);
      await closes(pods.server.netnsPath, pods.friend.ip);
    });
    expectTight("takeover from the dead", result);
  });

  it("of a leader that is frozen: when it wakes, it undoes nothing", async () => {
    const before = await leader();
    const pid = await controllerPid(nodeOf(before));
    const result = await during(async () => {
      process.kill(pid, "SIGSTOP");
      try {
        await closeFriend();
        const after = await leaderAfter(before);
        await closes(pods.server.netnsPath, pods.friend.ip);
        process.kill(pid, "SIGCONT");
        await sleep(5_000);
        expect(await leader()).toBe(after);
        expect(await connects(pods.server.netnsPath, pods.friend.ip)).toBe(false);
        // It went on where it was: the same process, which stands by.
        expect(await controllerPid(nodeOf(before))).toBe(pid);
      } finally {
        process.kill(pid, "SIGCONT");
      }
    });
    expectTight("takeover from the frozen", result);
  });

  it("of a leader whose node is cut off: its pods stay as isolated as they were, and follow when it is back", async () => {
    const before = await leader();
    const lost = nodeOf(before);
    const kept = lost === "n1" ? "n2" : "n1";
    const pod = async (name: string, node: string, role: string): Promise<RunningPod> => {
      await apply(podManifest({ namespace, name, node, labels: { role } }));
      return readyPod(namespace, name);
    };
    const server = await pod("lost-server", lost, "server");
    const friend = await pod("lost-friend", lost, "friend");
    const foe = await pod("lost-foe", lost, "foe");
    const [keptFriend, keptFoe] = [
      await pod("kept-friend", kept, "friend"),
      await pod("kept-foe", kept, "foe"),
    ];
    await closes(foe.netnsPath, server.ip);
    await opens(friend.netnsPath, server.ip);
    await opens(keptFoe.netnsPath, keptFriend.ip);
    const onLost = {
      allowed: ["lost-friend lost-server", "lost-server lost-foe"],
      denied: ["lost-foe lost-server"],
    };
    const result = await underTraffic([server, friend, foe], onLost, async () => {
      await cutOff(lost);
      try {
        await closeFriend();
        await leaderAfter(before);
        await closes(keptFoe.netnsPath, keptFriend.ip);
        // Nobody could tell the node that was lost.
        expect(await connects(foe.netnsPath, friend.ip)).toBe(true);
      } finally {
        await rejoin(lost);
      }
      await closes(foe.netnsPath, friend.ip);
    });
    expectTight("takeover from the lost", result);
  });
});
