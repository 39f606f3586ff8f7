import type { Assets } from "../../../src/lab/real-apiserver/assets.ts";
import { startRealApiServer } from "../../../src/lab/real-apiserver/real-apiserver.ts";
import type { ContractServer } from "./contract-server.ts";

/** A real etcd and kube-apiserver. */
export const realServer = async (assets: Assets): Promise<ContractServer> => ({
  ...(await startRealApiServer(assets)),
  isReal: true,
});
