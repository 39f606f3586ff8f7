import { type EnforcerBackend, iptablesBeside } from "../../../src/lab/backend.ts";
import type { ApiServerKind } from "../../../src/lab/cluster/control-plane.ts";
import { type RunningController, startControllers } from "../../../src/lab/cluster/controllers.ts";
import { startControlledEnforcer } from "../../../src/lab/cluster/enforcers.ts";
import type { LabCluster } from "../../../src/lab/cluster/lab-cluster.ts";
import { type TestPod, playground } from "../enforcer/playground.ts";

export interface ControlledCluster {
  readonly cluster: LabCluster;
  readonly controllers: readonly [RunningController, RunningController];
}

/** A playground with a pair of controllers, and on each node an enforcer that follows them. */
export async function controlledCluster(
  name: string,
  apiServer: ApiServerKind,
  pods: readonly TestPod[],
  backend: EnforcerBackend = "nft",
): Promise<ControlledCluster> {
  const cluster = await playground(name, iptablesBeside(backend), pods, apiServer);
  const { lab, control } = cluster;
  const controllers = await startControllers(lab, control);
  await Promise.all(lab.nodes.map((node) => startControlledEnforcer(node, backend)));
  return { cluster, controllers };
}
