import { expect, onTestFinished, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { iptablesBackend } from "../../../src/kernel/iptables-backend.ts";
import type { Exec } from "../../../src/kernel/exec.ts";
import { isEmptyPlan, planWrites } from "../../../src/kernel/plan.ts";
import { readKernel } from "../../../src/kernel/read.ts";
import { KernelSessions } from "../../../src/kernel/session/kernel-sessions.ts";
import { prefixSessionDoor, processSessionDoor } from "../../../src/kernel/session/session-door.ts";
import type { Pod } from "../../../src/core/cluster.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { isWrite } from "../../support/netfilter/memory-exec.ts";
import { pod } from "../../support/scenario.ts";
import { rulesetOf } from "../../support/transition.ts";
import { ownNetns } from "../own-netns.ts";
import { describeKernel } from "../support.ts";

const MEMBERS = 100_000;
const BLOCKS = 10_000;
const LOCAL_PODS = 500;

/** As long as Kubernetes lets names be. */
const NAMESPACE = "n".repeat(63);
const POLICY = `${"p".repeat(61)}.`.repeat(4).slice(0, 253 - 3);
const POD = `${"q".repeat(61)}.`.repeat(4).slice(0, 253 - 6);

const address = (base: string, i: number): string => `${base}.${i >> 8}.${i & 255}`;

const peer = (i: number): Pod =>
  pod(`${NAMESPACE}/peer${i}`, {
    labels: { role: "peer" },
    ips: [
      `10.${100 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`,
      `fd00:1::${(i >> 16).toString(16)}:${(i & 0xffff).toString(16)}`,
    ],
    node: "n2",
  });

/** A cluster of many, as this node sees it. */
function crowd(): Ruleset {
  const local = Array.from({ length: LOCAL_PODS }, (_, i) =>
    pod(`${NAMESPACE}/${POD}${i}`, {
      labels: { role: "server", shard: `${i % 20}` },
      ips: [address("10.244", i), `fd00:2::${i.toString(16)}`],
      ports: { "a-long-portname/TCP": 8000 + i },
    }),
  );
  const blocks = Array.from({ length: BLOCKS }, (_, i) => ({
    ipBlock: { cidr: `172.${16 + (i >> 12)}.${(i >> 4) & 255}.${(i & 15) << 4}/29` },
  }));
  const shards = Array.from({ length: 20 }, (_, i) => ({
    namespace: NAMESPACE,
    name: `${POLICY}-${i}`,
    spec: {
      podSelector: { matchLabels: { shard: `${i}` } },
      ingress: [
        { from: [{ podSelector: { matchLabels: { role: "peer" } } }], ports: [{ port: "a-long-portname" }] },
      ],
    },
  }));
  const outwards = {
    namespace: NAMESPACE,
    name: POLICY,
    spec: {
      podSelector: { matchLabels: { role: "server" } },
      policyTypes: ["Egress" as const],
      egress: [{ to: blocks }, { to: [{ podSelector: {} }], ports: [{ port: "a-long-portname" }] }],
    },
  };
  return rulesetOf(
    {
      namespaces: [{ name: NAMESPACE, labels: {} }],
      pods: [...local, ...Array.from({ length: MEMBERS }, (_, i) => peer(i))],
      policies: [...shards, outwards],
    },
    "n1",
  );
}

let made: Ruleset | undefined;

/** The ruleset without one member of its biggest set. */
function withoutOne(wanted: Ruleset): Ruleset {
  const { sets } = wanted.IPv4;
  const [biggest = ["", undefined]] = [...sets].toSorted(([, a], [, b]) => b.entries.size - a.entries.size);
  const [name, set] = biggest;
  if (set === undefined) throw new Error("the crowd has sets");
  const entries = new Set([...set.entries].slice(1));
  return { ...wanted, IPv4: { ...wanted.IPv4, sets: new Map([...sets, [name, { ...set, entries }]]) } };
}

for (const variant of ["nft", "legacy"] as const) {
  describeKernel(`sizes (iptables-${variant})`, () => {
    test(
      "100,000 members of a group, 10,000 blocks of a policy, 500 pods of a node, and the longest names",
      { timeout: 300_000 },
      async () => {
        const netns = await ownNetns();
        let writes = 0;
        const exec: Exec = (request) => {
          if (isWrite(request)) writes += 1;
          return netns.exec(request);
        };
        const kernel = (): NodeKernel => {
          const door = prefixSessionDoor(processSessionDoor, netns.enter);
          const node = new NodeKernel(iptablesBackend(exec, variant, new KernelSessions(door, variant)));
          onTestFinished(() => node.close());
          return node;
        };
        onTestFinished(() => netns.remove());
        const wanted = (made ??= crowd());
        const biggest = Math.max(...[...wanted.IPv4.sets.values()].map(({ entries }) => entries.size));
        expect(biggest).toBeGreaterThanOrEqual(MEMBERS);
        expect([...wanted.IPv4.sets.values()].some(({ entries }) => entries.size === BLOCKS)).toBe(true);

        const first = kernel();
        expect(await first.bring(wanted)).toMatchObject({ failures: [] });
        expect(isEmptyPlan(planWrites(await readKernel(netns.exec, variant), wanted))).toBe(true);

        writes = 0;
        const restarted = kernel();
        expect(await restarted.bring(wanted)).toMatchObject({ commands: 0, failures: [] });
        expect(writes).toBe(0);

        const fewer = withoutOne(wanted);
        const { plans, commands, failures } = await restarted.bring(fewer);
        expect(failures).toEqual([]);
        expect(plans).toMatchObject([
          { tables: new Map(), setsBefore: [], setsAfter: [expect.any(String)], destroy: [] },
        ]);
        expect([commands, writes]).toEqual([1, 0]);
        expect(isEmptyPlan(planWrites(await readKernel(netns.exec, variant), fewer))).toBe(true);
      },
    );
  });
}
