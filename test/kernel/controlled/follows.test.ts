import { afterAll, beforeAll } from "vitest";
import { teardown } from "../../../src/lab/teardown.ts";
import { backends } from "../backends.ts";
import { followCases, followPods } from "../enforcer/follow-cases.ts";
import { type ControlledCluster, controlledCluster } from "./controlled-cluster.ts";
import { describeReal } from "./servers.ts";

for (const { backend, name: ours } of backends)
  describeReal(`the kernel follows the cluster by way of controllers (${ours})`, () => {
    const name = `ctl${backend}`;
    let controlled: ControlledCluster;

    beforeAll(async () => {
      controlled = await controlledCluster(name, "real", followPods, backend);
    });
    afterAll(() => teardown(name));

    followCases(`controllers, real API server, ${backend}`, () => controlled.cluster);
  });
