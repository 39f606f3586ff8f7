import { expect } from "vitest";
import { clusterFromManifests } from "../../../src/kube/cluster-from-manifests.ts";
import { readManifests } from "../../../src/kube/files/read-manifests.ts";
import type { Backend } from "../../../src/lab/backend.ts";
import type { ApiServerKind } from "../../../src/lab/cluster/control-plane.ts";
import { type Experiment, experiment } from "../../../src/lab/experiment.ts";
import { createLab } from "../../../src/lab/lab.ts";
import { isOpen } from "../../../src/lab/matrix/measure.ts";
import { disagreements } from "../../../src/lab/matrix/report.ts";

const silent = { step: () => undefined, count: () => undefined, end: () => undefined };

interface FixtureLab {
  readonly name: string;
  readonly manifests: string;
  readonly backend: Backend;
  readonly apiServer: ApiServerKind;
}

/** A lab in which a pair of controllers compiles, measured without and with enforcement. */
export async function measureFixture({ name, manifests, ...how }: FixtureLab): Promise<Experiment> {
  const lab = await createLab({ name, backend: how.backend });
  const cluster = clusterFromManifests(await readManifests([manifests]));
  return experiment(lab, cluster, { ...how, maxReplicas: 3, mode: "controller" }, silent);
}

/** Open before, and after as the program says, cell by cell: both families, by address and through Services. */
export function expectAsTheProgramSays({ before, after }: Experiment): void {
  expect(before.every(isOpen)).toBe(true);
  expect(disagreements(before)).toEqual([]);
  expect(disagreements(after)).toEqual([]);
  expect(after.some((each) => !isOpen(each))).toBe(true);
  for (const family of ["IPv4", "IPv6"])
    expect(after.some(({ cell: { to } }) => to.family === family)).toBe(true);
  for (const via of ["address", "ClusterIP"])
    expect(after.some(({ cell: { to } }) => to.via === via)).toBe(true);
}
