import { afterAll, beforeAll, expect, it } from "vitest";
import { apply } from "../../../src/lab/cluster/objects.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { follows } from "../enforcer/playground.ts";
import { type ControlledCluster, controlledCluster } from "./controlled-cluster.ts";
import { describeOnBoth } from "./servers.ts";
import { onlyFriends, stormPods, stormText, takeoverInStorm } from "./storm.ts";

describeOnBoth("a leader that is killed while a hundred changes come every second", (apiServer) => {
  const name = `over${apiServer}`;
  let controlled: ControlledCluster;

  beforeAll(async () => {
    controlled = await controlledCluster(name, apiServer, stormPods);
    await apply(controlled.cluster.control.client, onlyFriends);
    await follows(controlled.cluster, { from: "x/stranger", to: "x/server" }, "closed");
  });
  afterAll(() => teardown(name));

  it("loses nothing: what is published and enforced at the end is what the cluster then asks for", async () => {
    const storm = await takeoverInStorm(controlled);
    console.log(`${apiServer} API server: ${stormText(storm)}`);
    expect(storm.failed).toEqual([]);
    expect(storm.wrong).toEqual([]);
    expect(storm.probes).toBeGreaterThan(10);
  }, 150_000);
});
