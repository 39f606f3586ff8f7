import { describe } from "vitest";
import { contract } from "./contract.ts";
import { garbageContract } from "./garbage.ts";
import { findAssets } from "../../src/lab/real-apiserver/assets.ts";
import type { ContractServer } from "./servers/contract-server.ts";
import { realServer } from "./servers/real.ts";

const assets = findAssets();
const reason =
  assets === undefined ? " [skipped: no real API server here; `make envtest-assets` makes one]" : "";

const start = (): Promise<ContractServer> => {
  if (assets === undefined) throw new Error(reason);
  return realServer(assets);
};

describe.skipIf(assets === undefined)(`contract${reason}`, () => {
  contract("a real etcd and kube-apiserver", start);
});

describe.skip("garbage in a real API server [skipped: no kube-controller-manager runs beside it]", () =>
  garbageContract(start));
