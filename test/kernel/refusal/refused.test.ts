import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import type { Outcome } from "../../../src/lab/agent/protocol.ts";
import { iptablesBeside } from "../../../src/lab/backend.ts";
import { type RunningEnforcer, startEnforcer } from "../../../src/lab/cluster/enforcers.ts";
import type { LabCluster } from "../../../src/lab/cluster/lab-cluster.ts";
import { apply } from "../../../src/lab/cluster/objects.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { must } from "../../support/must.ts";
import { type Ask, networkPolicy, playground } from "../enforcer/playground.ts";
import { backends } from "../backends.ts";
import { describeKernel } from "../support.ts";

/** Long before a denied SYN is sent again; an answer takes a millisecond. */
const DEADLINE_MS = 900;
const PATIENCE_MS = 15_000;

const PODS = [
  { name: "server", node: "node1", labels: { app: "server" } },
  { name: "near", node: "node1" },
  { name: "far", node: "node2" },
  { name: "mute", node: "node2", labels: { app: "mute" } },
  { name: "free", node: "node1" },
] as const;

/** Who is denied, and where: by the server's ingress, on its own node and from another, and by the mute's egress. */
const DENIED = [
  { from: "x/near", to: "x/server" },
  { from: "x/far", to: "x/server" },
  { from: "x/mute", to: "x/free" },
] as const;

const WAYS = (["v4", "v6"] as const).flatMap((family) =>
  (["TCP", "UDP"] as const).map((protocol) => ({ family, protocol })),
);

for (const { backend, name: ours } of backends) {
  describeKernel(`--deny reject, on the wire (${ours})`, () => {
    const beside = iptablesBeside(backend);
    const name = `re${backend}`;
    let cluster: LabCluster;
    let enforcers: RunningEnforcer[] = [];
    const start = async (...options: readonly string[]): Promise<void> => {
      enforcers = await Promise.all(
        cluster.lab.nodes.map((node) => startEnforcer(node, backend, ["--start-gate", "off", ...options])),
      );
    };
    const stop = (): Promise<unknown> => Promise.all(enforcers.map((enforcer) => enforcer.stop()));
    const onNodes = (script: string): Promise<string[]> =>
      Promise.all(
        cluster.lab.nodes.map(({ exec }) =>
          execOrThrow(exec, {
            command: "sh",
            args: ["-ec", `for t in "iptables-${beside} -w" "ip6tables-${beside} -w"; do ${script}; done`],
          }),
        ),
      );
    const outcome = ({ from, to, protocol = "TCP", family = "v4" }: Ask): Promise<Outcome> =>
      must(cluster.pods.get(from), from).agent.probe({
        protocol,
        address: must(cluster.pods.get(to), to).addresses[family],
        port: protocol === "TCP" ? 80 : 53,
        deadlineMs: DEADLINE_MS,
      });
    const kinds = async (asks: readonly Ask[]): Promise<string[]> =>
      Promise.all(
        asks.map(async (ask) => {
          const { kind } = await outcome(ask);
          return `${ask.from} -> ${ask.to} ${ask.protocol} ${ask.family}: ${kind}`;
        }),
      );
    const each = (kind: Outcome["kind"]): string[] =>
      asks.map(({ from, to, protocol, family }) => `${from} -> ${to} ${protocol} ${family}: ${kind}`);
    const asks: readonly Ask[] = DENIED.flatMap((pair) => WAYS.map((way) => ({ ...pair, ...way })));
    /** Until it is so: a policy takes its time to come to a node. */
    const become = async (kind: Outcome["kind"]): Promise<void> => {
      const deadline = performance.now() + PATIENCE_MS;
      while (performance.now() < deadline && (await kinds(asks)).join() !== each(kind).join())
        await sleep(50);
      expect(await kinds(asks)).toEqual(each(kind));
    };

    beforeAll(async () => {
      cluster = await playground(name, beside, PODS);
      const { client } = cluster.control;
      await apply(client, networkPolicy("deny", { podSelector: { matchLabels: { app: "server" } } }));
      await apply(
        client,
        networkPolicy("mute", { podSelector: { matchLabels: { app: "mute" } }, policyTypes: ["Egress"] }),
      );
      await start("--deny", "reject");
    });
    afterAll(async () => {
      await stop();
      await teardown(name);
    });

    it("who is denied is told at once: TCP and UDP, both families, on one node and across", async () => {
      await become("refused");
    });

    it("who is allowed is let through", async () => {
      const free = WAYS.map((way): Ask => ({ from: "x/near", to: "x/free", ...way }));
      expect(await Promise.all(free.map(async (ask) => (await outcome(ask)).kind))).toEqual(
        free.map(() => "answered"),
      );
    });

    describe("where others accept all before us in filter", () => {
      beforeAll(() => onNodes("$t -I FORWARD 1 -j ACCEPT"));
      afterAll(() => onNodes("$t -D FORWARD -j ACCEPT"));

      // With nftables the answer comes from where the packet is judged, before filter.
      const told = backend === "nftables" ? "refused" : "timeout";
      it(`who is denied stays so: ${told}`, async () => {
        expect(await kinds(asks)).toEqual(each(told));
      });
    });

    it("by an enforcer that comes without it, who is denied is told nothing, and filter is as it was", async () => {
      await stop();
      await become("refused");
      await start();
      await become("timeout");
      for (const saved of await onNodes("$t -S")) expect(saved).not.toContain("SELVEDGE");
      for (const saved of await onNodes("$t -t mangle -S"))
        expect(saved).not.toMatch(/REFUSE|UNREFUSED|ttl|hl-/);
      for (const listed of await onNodes("nft list ruleset")) expect(listed).not.toContain("REFUSE");
    });

    it("and again with it", async () => {
      await Promise.all(enforcers.map((enforcer) => enforcer.kill()));
      await start("--deny=reject");
      await become("refused");
    });
  });
}
