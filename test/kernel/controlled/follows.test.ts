import { afterAll, beforeAll } from "vitest";
import type { Backend } from "../../../src/lab/backend.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { followCases, followPods } from "../enforcer/follow-cases.ts";
import { type ControlledCluster, controlledCluster } from "./controlled-cluster.ts";
import { describeReal } from "./servers.ts";

for (const backend of ["nft", "legacy"] satisfies Backend[])
  describeReal(`the kernel follows the cluster by way of controllers (iptables-${backend})`, () => {
    const name = `ctl${backend}`;
    let controlled: ControlledCluster;

    beforeAll(async () => {
      controlled = await controlledCluster(name, "real", followPods, backend);
    });
    afterAll(() => teardown(name));

    followCases(`controllers, real API server, ${backend}`, () => controlled.cluster);
  });
