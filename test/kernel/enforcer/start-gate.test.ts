import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import { type EnforcerBackend, iptablesBeside } from "../../../src/lab/backend.ts";
import { type RunningEnforcer, startEnforcer } from "../../../src/lab/cluster/enforcers.ts";
import type { LabCluster } from "../../../src/lab/cluster/lab-cluster.ts";
import { apply, mergePatch } from "../../../src/lab/cluster/objects.ts";
import { mapLimit } from "../../../src/lab/map-limit.ts";
import { netnsPath, podNetns } from "../../../src/lab/names.ts";
import type { LabNode } from "../../../src/lab/node.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { must } from "../../support/must.ts";
import { backends } from "../backends.ts";
import { printed } from "../printed.ts";
import { describeKernel } from "../support.ts";
import { type Newborn, type NewbornReport, startNewborn, startProcess } from "./newborn.ts";
import { logOf, networkPolicy, playground, way } from "./playground.ts";

/**
 * Under each backend. Neighbour tables are shared machine-wide, so pods go as soon as they have been heard.
 * `SELVEDGE_NEWBORNS=200` has a bigger crowd.
 */
const ONE_BY_ONE = { nft: 15, legacy: 15, nftables: 5 } satisfies Record<EnforcerBackend, number>;
const CROWD = { nft: 40, legacy: 40, nftables: 20 } satisfies Record<EnforcerBackend, number>;
const AT_ONCE = 4;
/**
 * Milliseconds that each lives after ADD: until it is heard, and a moment more. A first neighbour solicitation, sent before the
 * host's end of the veth is up, is lost, and the next comes a second later.
 */
const PATIENCE = 5_000;
const MOMENT = 100;
const OPEN_PORT = 53;
const SHUT_PORT = 9;

/** Pods of which egress goes to `open` only, and into which nobody comes. */
const policy = networkPolicy("newborn", {
  podSelector: { matchLabels: { app: "newborn" } },
  policyTypes: ["Ingress", "Egress"],
  egress: [{ to: [{ podSelector: { matchLabels: { app: "open" } } }] }],
});

function quantiles(values: readonly number[]): string {
  const sorted = values.toSorted((a, b) => a - b);
  const at = (q: number): string => (sorted[Math.floor((sorted.length - 1) * q)] ?? Number.NaN).toFixed(0);
  return `p50 ${at(0.5)} p99 ${at(0.99)} ms`;
}

for (const { backend, name: told } of backends) {
  describeKernel(`a pod's first instant (${told})`, () => {
    const name = `gate${backend}`;
    let cluster: LabCluster;
    let node: LabNode;
    let enforcer: RunningEnforcer;
    let births = 0;
    const crowd = Number(process.env["SELVEDGE_NEWBORNS"] ?? CROWD[backend]);

    beforeAll(async () => {
      cluster = await playground(name, iptablesBeside(backend), [
        { name: "near", node: "node1", labels: { app: "open" } },
        { name: "far", node: "node2", labels: { app: "open" } },
        { name: "shut", node: "node1", labels: { app: "shut" } },
      ]);
      node = must(cluster.lab.nodes[0]);
      await apply(cluster.control.client, policy);
    });
    afterAll(() => teardown(name));

    const addressesOf = (key: string): string[] => {
      const { v4, v6 } = must(cluster.pods.get(key), key).addresses;
      return [v4, v6];
    };
    const bear = (): Promise<Newborn> => {
      births += 1;
      const open = ["x/near", "x/far"].flatMap(addressesOf).map((address) => ({ address, port: OPEN_PORT }));
      const shut = addressesOf("x/shut").map((address) => ({ address, port: SHUT_PORT }));
      return startNewborn(
        cluster,
        { name: `newborn-${births}`, node: "node1", labels: { app: "newborn" } },
        { port: SHUT_PORT, send: [...open, ...shut] },
      );
    };
    const live = async (newborn: Newborn, patience = PATIENCE): Promise<NewbornReport> => {
      await newborn.heard(patience);
      await sleep(MOMENT);
      const report = await newborn.report();
      await newborn.end();
      return report;
    };
    /** How many packets of newborns came to a pod that they may not reach, while something is done. */
    const arrivals = async (meanwhile: () => Promise<void>): Promise<number> => {
      const { sandboxId } = must(cluster.pods.get("x/shut"));
      const config = { port: SHUT_PORT, send: [] };
      const shut = await startProcess(name, netnsPath(podNetns(name, sandboxId)), config);
      await meanwhile();
      const { received } = await shut.report();
      return Object.values(received).reduce((sum, count) => sum + count, 0);
    };
    /** When the first answer came from `open` pods, in milliseconds after ADD; for each family. */
    const answers = ({ firstFrom }: NewbornReport, { addedAt }: Newborn): number[] =>
      [".", ":"].flatMap((mark) => {
        const first = Object.entries(firstFrom).filter(([address]) => address.includes(mark));
        return first.length === 0 ? [] : [Math.min(...first.map(([, at]) => at)) - addedAt];
      });
    const bearAll = async (pods: number, atOnce: number): Promise<string> => {
      const waits: number[] = [];
      await mapLimit(Array.from({ length: pods }), atOnce, async () => {
        const newborn = await bear();
        waits.push(...answers(await live(newborn), newborn));
      });
      expect(waits).toHaveLength(2 * pods);
      return `${pods} pods, ${atOnce} at once: first answer that policies allow ${quantiles(waits)} after ADD`;
    };

    it("is open to what policies deny, without the gate", async () => {
      enforcer = await startEnforcer(node, backend, ["--start-gate=off"]);
      const came = await arrivals(async () => {
        await bearAll(2, 1);
      });
      await enforcer.stop();
      console.log(`${backend}: without the gate: denied packets that arrived: ${came}`);
      expect(came).toBeGreaterThan(0);
      expect(
        (await logOf(enforcer.logFile)).some(
          ({ msg, why }) => msg === "start gate off" && why === "--start-gate=off",
        ),
      ).toBe(true);
    });

    it("is policed, with the gate, before the API knows its address", async () => {
      enforcer = await startEnforcer(node, backend);
      const came = await arrivals(async () => {
        console.log(`${backend}: ${await bearAll(ONE_BY_ONE[backend], 1)}`);
        console.log(`${backend}: ${await bearAll(crowd, AT_ONCE)}`);
      });
      console.log(`${backend}: with the gate: denied packets that arrived: ${came}`);
      expect(came).toBe(0);
    }, 600_000);

    const linkLocal = async (key: string): Promise<string> => {
      const netns = podNetns(name, must(cluster.pods.get(key), key).sandboxId);
      const args = ["-n", netns, "-6", "addr", "show", "dev", "eth0", "scope", "link"];
      const said = await execOrThrow(cluster.lab.exec, { command: "ip", args });
      return must(/fe80[^/]*/.exec(said)?.[0], `link-local address of ${key}`);
    };
    /** What becomes of a packet from one pod to another on its bridge, by either address. */
    const answersByAddress = async (): Promise<readonly [linkLocal: string, own: string]> => {
      const { agent } = must(cluster.pods.get("x/near"));
      const { v6 } = must(cluster.pods.get("x/shut")).addresses;
      const ask = async (address: string): Promise<string> =>
        (await agent.probe({ protocol: "UDP", port: OPEN_PORT, deadlineMs: 500, address })).kind;
      return [await ask(`${await linkLocal("x/shut")}%eth0`), await ask(v6)];
    };

    it("leads to nobody by link-local addresses, which no policy knows", async () => {
      expect(await answersByAddress()).toEqual(["timeout", "answered"]);
    });

    it("is closed while the enforcer is stopped; older pods work", async () => {
      await enforcer.stop();
      let report: NewbornReport | undefined;
      const came = await arrivals(async () => {
        report = await live(await bear(), 1_500);
      });
      expect(came).toBe(0);
      expect(report?.received).toEqual({});
      expect(await way(cluster, { from: "x/far", to: "x/near" })).toBe("open");
      expect(await way(cluster, { from: "x/near", to: "x/far", family: "v6" })).toBe("open");
    });

    it("cannot be closed where the pod CIDRs are unknown, which is said aloud", async () => {
      const path = `/api/v1/nodes/${node.name}`;
      const { v4, v6 } = node.podCidrs;
      await mergePatch(cluster.control.client, path, { spec: { podCIDR: null, podCIDRs: null } });
      enforcer = await startEnforcer(node, backend);
      const rules = (): Promise<string> => printed(node.exec, backend);
      await expect.poll(rules, { timeout: 20_000 }).not.toContain("start gate");
      // Without the gate's rules too.
      expect(await answersByAddress()).toEqual(["timeout", "answered"]);
      expect(
        (await logOf(enforcer.logFile)).some(
          ({ level, why }) => level === 40 && why === "the Node has no spec.podCIDRs",
        ),
      ).toBe(true);
      await mergePatch(cluster.control.client, path, { spec: { podCIDR: v4, podCIDRs: [v4, v6] } });
      await expect.poll(rules, { timeout: 20_000 }).toContain("start gate");
      await enforcer.stop();
    });
  });
}
