import { describe } from "vitest";
import type { ApiServerKind } from "../../../src/lab/cluster/control-plane.ts";
import { findAssets } from "../../../src/lab/real-apiserver/assets.ts";
import { describeKernel } from "../support.ts";

const WITHOUT = " [skipped: no real API server here; `make envtest-assets` makes one]";

/** `describeKernel` with a real etcd and kube-apiserver; skipped by name where there is none. */
export function describeReal(name: string, body: () => void): void {
  // Its two programs are built with Go, minutes once a machine: who has none is told what was not run, and how to have it.
  if (findAssets() === undefined) describe.skip(`${name}, on a real API server${WITHOUT}`, body);
  else describeKernel(`${name}, on a real API server`, body);
}

/** The same on the embedded API server, which is always there, and on a real one. */
export function describeOnBoth(name: string, body: (apiServer: ApiServerKind) => void): void {
  describeKernel(name, () => body("embedded"));
  describeReal(name, () => body("real"));
}
