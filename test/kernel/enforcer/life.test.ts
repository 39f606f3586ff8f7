import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import type { Backend } from "../../../src/lab/backend.ts";
import { type RunningEnforcer, startEnforcer } from "../../../src/lab/cluster/enforcers.ts";
import type { LabCluster } from "../../../src/lab/cluster/lab-cluster.ts";
import { apply } from "../../../src/lab/cluster/objects.ts";
import type { LabNode } from "../../../src/lab/node.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { must } from "../../support/must.ts";
import { describeKernel } from "../support.ts";
import { follows, logOf, networkPolicy, playground, way } from "./playground.ts";

/** What stands in a node, but for counters and what is not in a fixed order. */
async function standing(node: LabNode, backend: Backend): Promise<string[]> {
  const saved = await Promise.all([
    execOrThrow(node.exec, { command: `iptables-${backend}-save`, args: [] }),
    execOrThrow(node.exec, { command: `ip6tables-${backend}-save`, args: [] }),
    execOrThrow(node.exec, { command: "ipset", args: ["save", "-sorted"] }),
  ]);
  return saved
    .join("\n")
    .split("\n")
    .filter((line) => !line.startsWith("#") && !line.startsWith("create "))
    .map((line) => line.replace(/\[\d+:\d+\]/, ""));
}

const run = (node: LabNode, command: string): Promise<string> =>
  execOrThrow(node.exec, { command: "sh", args: ["-ec", command] });

for (const backend of ["nft", "legacy"] satisfies Backend[]) {
  describeKernel(`the life of an enforcer (iptables-${backend})`, () => {
    const name = `life${backend}`;
    let cluster: LabCluster;
    let node: LabNode;
    let enforcer: RunningEnforcer;
    const toServer = { from: "x/client", to: "x/server" } as const;

    beforeAll(async () => {
      cluster = await playground(name, backend, [
        { name: "server", node: "node1", labels: { app: "server" } },
        { name: "friend", node: "node1", labels: { app: "friend" } },
        { name: "client", node: "node2" },
      ]);
      node = must(cluster.lab.nodes[0]);
      enforcer = await startEnforcer(node, "auto");
      const from = [{ podSelector: { matchLabels: { app: "friend" } } }];
      await apply(
        cluster.control.client,
        networkPolicy("server", { podSelector: { matchLabels: { app: "server" } }, ingress: [{ from }] }),
      );
      await follows(cluster, toServer, "closed");
    });
    afterAll(() => teardown(name));

    it("finds out which iptables its neighbours use", async () => {
      const started = (await logOf(enforcer.logFile)).find(({ msg }) => msg === "enforcer started");
      expect(started?.["variant"]).toBe(backend);
    });

    it("leaves its rules when it is stopped or killed, and changes nothing when it comes back", async () => {
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

    it("repairs what others break: its hook, a chain, a set", async () => {
      const before = await standing(node, backend);
      const iptables = `iptables-${backend} -t mangle`;
      const intact = async (): Promise<string[]> => {
        const [, first = ""] = (await run(node, `${iptables} -S FORWARD`)).split("\n");
        return [first, ...(await standing(node, backend)).filter(isOurs)];
      };
      const whole = await intact();
      const breakages = [
        `${iptables} -D FORWARD 1`,
        `${iptables} -I FORWARD 1 -m comment --comment other -j ACCEPT && ${iptables} -A FORWARD -j ACCEPT`,
        `${iptables} -F SV-INGRESS`,
        `${iptables} -I SV-INGRESS 1 -j RETURN`,
        `ipset flush $(ipset list -n | grep SV4-ingress)`,
        `ipset add $(ipset list -n | grep SV4-egress) 10.244.1.77`,
      ];
      for (const breakage of breakages) {
        await run(node, breakage);
        await expect.poll(intact, { timeout: 20_000 }).toEqual(whole);
        expect(await way(cluster, toServer)).toBe("closed");
      }
      // The neighbour's rules stay, behind ours.
      expect(
        (await standing(node, backend)).filter(
          (line) => line.startsWith("-A FORWARD") && line.includes("ACCEPT"),
        ),
      ).not.toEqual([]);
      await run(node, `${iptables} -D FORWARD 2 && ${iptables} -D FORWARD 2`);
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

const isOurs = (line: string): boolean =>
  line.includes("SELVEDGE") || line.includes(" SV") || line.startsWith(":SV");
