import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compile } from "../../../src/core/compile.ts";
import { clusterFromManifests } from "../../../src/kube/cluster-from-manifests.ts";
import { readManifests } from "../../../src/kube/files/read-manifests.ts";
import { clusterNow } from "../../../src/lab/cluster/cluster-now.ts";
import { type Experiment, experiment } from "../../../src/lab/experiment.ts";
import { createLab } from "../../../src/lab/lab.ts";
import { isOpen } from "../../../src/lab/matrix/measure.ts";
import { disagreements } from "../../../src/lab/matrix/report.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { apply, remove } from "../../../src/lab/cluster/objects.ts";
import { networkPolicy } from "../enforcer/playground.ts";
import { describeKernel } from "../support.ts";
import { enforcedAll, untilEnforced } from "./conditions.ts";

const manifests = fileURLToPath(new URL("../../../fixtures/shop", import.meta.url));
const silent = { step: () => undefined, count: () => undefined, end: () => undefined };
const NAME = "ctlshop";
const ROUNDS = 15;

describeKernel("fixtures/shop with a pair of controllers and two enforcers that follow them", () => {
  let result: Experiment;

  beforeAll(async () => {
    const lab = await createLab({ name: NAME });
    const cluster = clusterFromManifests(await readManifests([manifests]));
    result = await experiment(lab, cluster, { backend: "nft", maxReplicas: 3, mode: "controller" }, silent);
  });
  afterAll(() => teardown(NAME));

  it("is open before, and after as the program says, cell by cell", () => {
    expect(result.before.every(isOpen)).toBe(true);
    expect(disagreements(result.before)).toEqual([]);
    expect(disagreements(result.after)).toEqual([]);
    expect(result.after.some((each) => !isOpen(each))).toBe(true);
  });

  it("has every policy Enforced", async () => {
    const { client } = result.cluster.control;
    const policies = compile(await clusterNow(client)).tiers.flatMap((tier) => tier.policies);
    await expect.poll(() => enforcedAll(client), { timeout: 20_000 }).toHaveLength(policies.length);
  });

  it("has a policy Enforced soon after it is created", async () => {
    const { client } = result.cluster.control;
    const took: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const name = `timed-${round}`;
      const began = performance.now();
      await apply(client, networkPolicy(name, { podSelector: {}, ingress: [{}] }, "shop"));
      await untilEnforced(client, `shop/${name}`);
      took.push(performance.now() - began);
      await remove(client, {
        apiVersion: "networking.k8s.io/v1",
        kind: "NetworkPolicy",
        namespace: "shop",
        name,
      });
    }
    took.sort((a, b) => a - b);
    const at = (part: number): number => Math.round(took[Math.floor(part * (took.length - 1))] ?? 0);
    console.log(`policy created -> Enforced on 2 nodes: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, of ${ROUNDS}`);
    expect(took).toHaveLength(ROUNDS);
  });
});
