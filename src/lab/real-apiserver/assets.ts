import { accessSync, constants, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";

/** Where `make envtest-assets` puts a real API server, or where the environment says that there is one. */
function folder(): string {
  const goMod = readFileSync(new URL("../../../test/envtest/go.mod", import.meta.url), "utf8");
  const version = /k8s\.io\/kubernetes (v[\d.]+)/u.exec(goMod)?.[1] ?? "";
  const { KUBEBUILDER_ASSETS: named, XDG_CACHE_HOME: cache = join(homedir(), ".cache") } = process.env;
  return named ?? join(cache, "selvedge", "envtest", version);
}

export interface Assets {
  readonly etcd: string;
  readonly apiserver: string;
}

const isProgram = (path: string): boolean => {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
};

/** The programs of a real API server; `undefined` on a machine that has none. */
export function findAssets(): Assets | undefined {
  const assets = { etcd: join(folder(), "etcd"), apiserver: join(folder(), "kube-apiserver") };
  return Object.values(assets).every(isProgram) ? assets : undefined;
}
