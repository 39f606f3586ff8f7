import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { parseAllDocuments, stringify } from "yaml";
import { type ApiServer, type ApiServerOptions, startApiServer } from "../../src/lab/apiserver.ts";
import type { KubeObject } from "../../src/lab/apiserver/kube-object.ts";
import { type Ran, root } from "./selvedge.ts";

/** An API server that holds these objects, and the kubeconfig that leads to it, until the test ends. */
export async function liveCluster(
  manifests: string,
  options: ApiServerOptions = {},
  namespace?: string,
): Promise<{ readonly server: ApiServer; readonly kubeconfig: string; readonly folder: string }> {
  const server = await startApiServer(options);
  const folder = mkdtempSync(join(tmpdir(), "selvedge-live-"));
  onTestFinished(async () => {
    await server.close();
    rmSync(folder, { recursive: true });
  });
  for (const document of parseAllDocuments(manifests)) {
    const object: unknown = document.toJS();
    if (object !== null) server.seed(object as KubeObject);
  }
  const kubeconfig = join(folder, "config");
  const config = {
    apiVersion: "v1",
    kind: "Config",
    clusters: [{ name: "c", cluster: { server: server.url, "insecure-skip-tls-verify": true } }],
    users: [{ name: "u", user: {} }],
    contexts: [
      { name: "here", context: { cluster: "c", user: "u", ...(namespace !== undefined && { namespace }) } },
    ],
    "current-context": "here",
  };
  writeFileSync(kubeconfig, stringify(config));
  return { server, kubeconfig, folder };
}

/** As `selvedge`, beside a server in this process, which answers meanwhile. */
export const selvedgeBeside = (args: readonly string[]): Promise<Ran> =>
  new Promise((resolve) => {
    execFile(join(root, "bin/selvedge"), args, { cwd: root }, (error, stdout, stderr) => {
      const status = error === null ? 0 : typeof error.code === "number" ? error.code : null;
      resolve({ status, stdout, stderr });
    });
  });
