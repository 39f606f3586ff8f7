import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compile } from "../../../src/core/compile.ts";
import { policyKey } from "../../../src/core/policy.ts";
import { clusterNow } from "../../../src/lab/cluster/cluster-now.ts";
import {
  type RunningController,
  installDefinitions,
  startController,
} from "../../../src/lab/cluster/controllers.ts";
import { startControlledEnforcer } from "../../../src/lab/cluster/enforcers.ts";
import type { LabCluster } from "../../../src/lab/cluster/lab-cluster.ts";
import { apply, mergePatch, objectPath, remove } from "../../../src/lab/cluster/objects.ts";
import { fromAddressGroupSpecs } from "../../../src/kube/wire/address-group.ts";
import { fromCompiledPolicySpec } from "../../../src/kube/wire/compiled-policy.ts";
import { collections } from "../../../src/kube/wire/api.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { must } from "../../support/must.ts";
import { follows, networkPolicy, playground, way } from "../enforcer/playground.ts";
import { describeKernel } from "../support.ts";
import { enforcedAll } from "./conditions.ts";

const NAME = "ctlover";
/** Changes, and how many a second. */
const CHANGES = 300;
const A_SECOND = 100;

const policyRef = (name: string) => ({
  apiVersion: "networking.k8s.io/v1",
  kind: "NetworkPolicy",
  namespace: "x",
  name,
});

interface Listed {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: { readonly group?: string };
}

describeKernel("a controller that is killed while a hundred changes come every second", () => {
  let cluster: LabCluster;
  let controllers: readonly RunningController[];

  const list = async (path: string): Promise<readonly Listed[]> => {
    const { items } = (await cluster.control.client.request({ path })) as {
      readonly items: readonly Listed[];
    };
    return items;
  };

  /** What is published, read as an enforcer reads it. */
  const published = async (): Promise<unknown> => {
    const policies = (await list(collections.compiledPolicies)).map(({ metadata, spec }) =>
      fromCompiledPolicySpec(metadata, spec),
    );
    const slices = Map.groupBy(await list(collections.addressGroups), ({ spec }) => spec.group ?? "");
    const groups = [...slices.values()].map((each) => fromAddressGroupSpecs(each.map(({ spec }) => spec)));
    const byId = (a: { id: string } | undefined, b: { id: string } | undefined): number =>
      (a?.id ?? "") < (b?.id ?? "") ? -1 : 1;
    return { policies, groups: groups.sort(byId) };
  };

  const wanted = async (): Promise<unknown> => {
    const { tiers, groups } = compile(await clusterNow(cluster.control.client));
    const policies = tiers.flatMap((tier) => tier.policies);
    return { policies, groups: [...groups.values()].sort((a, b) => (a.id < b.id ? -1 : 1)) };
  };

  const leader = async (): Promise<RunningController> => {
    for (;;) {
      for (const each of controllers)
        if ((await readFile(each.logFile, "utf8")).includes('"leading"')) return each;
      await sleep(50);
    }
  };

  beforeAll(async () => {
    cluster = await playground(NAME, "nft", [
      { name: "server", node: "node1", labels: { app: "server" } },
      { name: "friend", node: "node2", labels: { app: "friend" } },
      { name: "stranger", node: "node2" },
    ]);
    const { lab, control } = cluster;
    await installDefinitions(control);
    controllers = [startController(lab, control, "a"), startController(lab, control, "b")];
    await apply(
      control.client,
      networkPolicy("server", {
        podSelector: { matchLabels: { app: "server" } },
        ingress: [{ from: [{ podSelector: { matchLabels: { app: "friend" } } }] }],
      }),
    );
    await Promise.all(lab.nodes.map((node) => startControlledEnforcer(node, "nft")));
    await follows(cluster, { from: "x/stranger", to: "x/server" }, "closed");
  });
  afterAll(() => teardown(NAME));

  it("loses nothing: what is published and enforced at the end is what the cluster then asks for", async () => {
    const { client } = cluster.control;
    const opened: string[] = [];
    const over = new AbortController();
    const probe = async (): Promise<number> => {
      let probes = 0;
      for (; !over.signal.aborted; probes += 1) {
        if ((await way(cluster, { from: "x/stranger", to: "x/server" })) === "open")
          opened.push(`probe ${probes}`);
        if ((await way(cluster, { from: "x/friend", to: "x/server" })) === "closed")
          opened.push(`lost ${probes}`);
      }
      return probes;
    };
    const probing = probe();
    const first = await leader();
    const failed: unknown[] = [];
    const change = async (i: number): Promise<void> => {
      const name = `storm-${i % 40}`;
      if (i % 7 === 6) await remove(client, policyRef(name)).catch(() => undefined);
      else if (i % 5 === 4)
        await mergePatch(
          client,
          objectPath({ apiVersion: "v1", kind: "Pod", namespace: "x", name: "stranger" }),
          {
            metadata: { labels: { app: `stranger-${i % 3}` } },
          },
        );
      else
        await apply(
          client,
          networkPolicy(name, {
            podSelector: { matchLabels: { app: i % 2 === 0 ? "friend" : "server" } },
            ingress: [
              {
                from: [{ podSelector: { matchLabels: { app: `nobody-${i % 9}` } } }],
                ports: [{ port: 1 + i }],
              },
            ],
          }),
        );
    };
    const began = performance.now();
    const changes: Promise<void>[] = [];
    let killed: Promise<void> | undefined;
    for (let i = 0; i < CHANGES; i += 1) {
      await sleep(Math.max(0, began + (i * 1000) / A_SECOND - performance.now()));
      if (i === CHANGES / 3) killed = first.kill();
      changes.push(change(i).catch((error: unknown) => void failed.push(error)));
    }
    await Promise.all(changes);
    await killed;
    const stormed = performance.now() - began;
    expect(failed).toEqual([]);
    await expect
      .poll(async () => JSON.stringify(await published(), plain) === JSON.stringify(await wanted(), plain), {
        timeout: 50_000,
        interval: 100,
      })
      .toBe(true);
    const caughtUp = performance.now() - began;
    const keys = compile(await clusterNow(client))
      .tiers.flatMap((tier) => tier.policies)
      .map(policyKey);
    await expect
      .poll(async () => (await enforcedAll(client)).sort(), { timeout: 30_000, interval: 100 })
      .toEqual(keys.sort());
    const enforced = performance.now() - began;
    over.abort();
    const probes = await probing;
    console.log(
      `${CHANGES} changes in ${Math.round(stormed)} ms, leader killed at a third; published ${Math.round(caughtUp)} ms, ` +
        `enforced ${Math.round(enforced)} ms after the first; ${probes} probes`,
    );
    expect(probes).toBeGreaterThan(10);
    expect(opened).toEqual([]);
    expect(must(controllers[1]).pid).toBeDefined();
  }, 150_000);
});

const plain = (_: string, value: unknown): unknown => (typeof value === "bigint" ? String(value) : value);
