import { describe } from "vitest";
import { contract } from "./contract.ts";
import { findAssets } from "./servers/assets.ts";
import { realServer } from "./servers/real.ts";

const assets = findAssets();
const reason =
  assets === undefined ? " [skipped: no real API server here; `make envtest-assets` makes one]" : "";

describe.skipIf(assets === undefined)(`contract${reason}`, () => {
  contract("a real etcd and kube-apiserver", () => {
    if (assets === undefined) throw new Error(reason);
    return realServer(assets);
  });
});
