import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import { type EnforcerBackend, iptablesBeside } from "../../../src/lab/backend.ts";
import { type RunningEnforcer, startEnforcer } from "../../../src/lab/cluster/enforcers.ts";
import type { LabCluster } from "../../../src/lab/cluster/lab-cluster.ts";
import { apply } from "../../../src/lab/cluster/objects.ts";
import type { LabNode } from "../../../src/lab/node.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { must } from "../../support/must.ts";
import { backends } from "../backends.ts";
import { printed } from "../printed.ts";
import { describeKernel } from "../support.ts";
import { breakages } from "./breakages.ts";
import { asked, follows, logOf, networkPolicy, playground, way } from "./playground.ts";

/** What stands in a node, but for counters and what is not in a fixed order. */
async function standing({ exec }: LabNode, backend: EnforcerBackend): Promise<string> {
  const text = (await printed(exec, backend)).replaceAll(/^(?:#|create |table |\}).*\n|\[\d+:\d+\]/gm, "");
  // nft prints chains and sets in the order of their making, and an empty line between them.
  return text.split("\n\n").toSorted().join("\n\n");
}

const run = (node: LabNode, command: string): Promise<string> =>
  execOrThrow(node.exec, { command: "sh", args: ["-ec", command] });

for (const { backend, name: told } of backends) {
  describeKernel(`the life of an enforcer (${told})`, () => {
    const name = `life${backend}`;
    let cluster: LabCluster;
    let node: LabNode;
    let enforcer: RunningEnforcer;
    const toServer = { from: "x/client", to: "x/server" } as const;

    beforeAll(async () => {
      cluster = await playground(name, iptablesBeside(backend), [
        { name: "server", node: "node1", labels: { app: "server" } },
        { name: "friend", node: "node1", labels: { app: "friend" } },
        { name: "client", node: "node2" },
      ]);
      node = must(cluster.lab.nodes[0]);
      enforcer = await startEnforcer(node, asked(backend));
      const from = [{ podSelector: { matchLabels: { app: "friend" } } }];
      await apply(
        cluster.control.client,
        networkPolicy("server", { podSelector: { matchLabels: { app: "server" } }, ingress: [{ from }] }),
      );
      await follows(cluster, toServer, "closed");
    });
    afterAll(() => teardown(name));

    it("uses nftables, or what it is told", async () => {
      const started = (await logOf(enforcer.logFile)).find(({ msg }) => msg === "enforcer started");
      expect(started?.["backend"]).toBe(backend);
    });

    it("leaves its rules when it is stopped or killed, and changes nothing when it comes back, wherever they stand", async () => {
      const before = await standing(node, backend);
      await enforcer.stop();
      expect(await way(cluster, toServer)).toBe("closed");
      enforcer = await startEnforcer(node, "auto");
      await enforcer.kill();
      expect(await way(cluster, toServer)).toBe("closed");
      const applied = async (): Promise<number> =>
        (await logOf(enforcer.logFile)).filter(({ msg }) => msg === "applied").length;
      const sofar = await applied();
      enforcer = await startEnforcer(node, "auto");
      expect(await standing(node, backend)).toEqual(before);
      expect(await applied()).toBe(sofar);
    });

    it("repairs what others break: how packets come to it, a chain, a set", async () => {
      const before = await standing(node, backend);
      const { lines, ours, theirs } = breakages[backend];
      const intact = async (): Promise<readonly string[]> =>
        ours(await standing(node, backend).catch(String));
      const whole = await intact();
      const took: number[] = [];
      for (const line of lines) {
        await run(node, line);
        const began = performance.now();
        await expect.poll(intact, { timeout: 20_000, message: line }).toEqual(whole);
        took.push(Math.round(performance.now() - began));
        expect(await way(cluster, toServer)).toBe("closed");
      }
      console.log(`${backend}: what others break is whole again after ${took.join(", ")} ms`);
      expect(await run(node, theirs)).not.toBe("");
      expect(await standing(node, backend)).toEqual(before);
    });

    it("cuts flows that may no longer be, and no others", async () => {
      const server = must(cluster.pods.get("x/server")).addresses.v4;
      const { client } = cluster.control;
      const open = (from: string, protocol: "TCP" | "UDP") =>
        must(cluster.pods.get(from)).agent.open({
          protocol,
          address: server,
          port: protocol === "TCP" ? 80 : 53,
          deadlineMs: 1000,
        });
      await apply(
        client,
        networkPolicy("server", { podSelector: { matchLabels: { app: "server" } }, ingress: [{}] }),
      );
      await follows(cluster, toServer, "open");
      const [tcp, udp, friendly] = await Promise.all([
        open("x/client", "TCP"),
        open("x/client", "UDP"),
        open("x/friend", "TCP"),
      ]);
      const from = [{ podSelector: { matchLabels: { app: "friend" } } }];
      await apply(
        client,
        networkPolicy("server", { podSelector: { matchLabels: { app: "server" } }, ingress: [{ from }] }),
      );
      await follows(cluster, toServer, "closed");
      for (const stream of [tcp, udp]) {
        await expect.poll(async () => (await stream.beat(300)).kind, { timeout: 10_000 }).toBe("timeout");
        // What the server or the client sends again does not bring it back.
        await sleep(1500);
        expect((await stream.beat(300)).kind).toBe("timeout");
      }
      expect((await friendly.beat()).kind).toBe("answered");
    });
  });
}
