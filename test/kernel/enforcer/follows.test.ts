import { afterAll, beforeAll } from "vitest";
import type { Backend } from "../../../src/lab/backend.ts";
import { type LabCluster, startEnforcers } from "../../../src/lab/cluster/lab-cluster.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { describeKernel } from "../support.ts";
import { followCases, followPods } from "./follow-cases.ts";
import { playground } from "./playground.ts";

for (const backend of ["nft", "legacy"] satisfies Backend[]) {
  describeKernel(`the kernel follows the cluster (iptables-${backend})`, () => {
    const name = `follow${backend}`;
    let cluster: LabCluster;

    beforeAll(async () => {
      cluster = await playground(name, backend, followPods);
      await startEnforcers(cluster, backend);
    });
    afterAll(() => teardown(name));

    followCases(backend, () => cluster);
  });
}
