import { afterAll, beforeAll } from "vitest";
import { iptablesBeside } from "../../../src/lab/backend.ts";
import { type LabCluster, startEnforcers } from "../../../src/lab/cluster/lab-cluster.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { backends } from "../backends.ts";
import { describeKernel } from "../support.ts";
import { followCases, followPods } from "./follow-cases.ts";
import { playground } from "./playground.ts";

for (const { backend, name: told } of backends) {
  describeKernel(`the kernel follows the cluster (${told})`, () => {
    const name = `goes${backend}`;
    let cluster: LabCluster;

    beforeAll(async () => {
      cluster = await playground(name, iptablesBeside(backend), followPods);
      await startEnforcers(cluster, backend);
    });
    afterAll(() => teardown(name));

    followCases(backend, () => cluster);
  });
}
