import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { compile } from "../../../src/core/compile.ts";
import { clusterNow } from "../../../src/lab/cluster/cluster-now.ts";
import type { Experiment } from "../../../src/lab/experiment.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { enforcedAll } from "./conditions.ts";
import { enforcedTimes, quantile } from "./enforced-times.ts";
import { expectAsTheProgramSays, measureFixture } from "./fixture-matrix.ts";
import { describeOnBoth } from "./servers.ts";

const shop = fileURLToPath(new URL("../../../fixtures/shop", import.meta.url));
const ROUNDS = 15;

describeOnBoth("fixtures/shop with a pair of controllers and two enforcers that follow them", (apiServer) => {
  const name = `shop${apiServer}`;
  let result: Experiment;

  beforeAll(async () => {
    result = await measureFixture({ name, manifests: shop, backend: "nft", apiServer });
  });
  afterAll(() => teardown(name));

  it("is open before, and after as the program says, cell by cell", () => expectAsTheProgramSays(result));

  it("has every policy Enforced", async () => {
    const { client } = result.cluster.control;
    const policies = compile(await clusterNow(client)).tiers.flatMap((tier) => tier.policies);
    await expect.poll(() => enforcedAll(client), { timeout: 20_000 }).toHaveLength(policies.length);
  });

  it("has a policy Enforced soon after it is created", async () => {
    const took = await enforcedTimes(result.cluster.control.client, "shop", ROUNDS);
    const at = (share: number): string => quantile(took, share).toFixed(0);
    console.log(
      `policy created -> Enforced on 2 nodes, ${apiServer} API server: p50 ${at(0.5)} ms, p90 ${at(0.9)} ms, of ${ROUNDS}`,
    );
    expect(took).toHaveLength(ROUNDS);
  });
});
