import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { isIPv6 } from "node:net";
import { join } from "node:path";
import type { KubeEndpoint } from "./client.ts";

/** Where kubelet puts them. */
export const SERVICE_ACCOUNT = "/var/run/secrets/kubernetes.io/serviceaccount";

/** The API server as a pod is told of it, and the pod's namespace. */
export interface ServiceAccount {
  readonly endpoint: KubeEndpoint;
  readonly namespace: string | undefined;
}

/**
 * What a pod has of its service account; `undefined` where this is no pod. Read here since a daemon that had the client library
 * for these three files would hold 40 MB more for as long as it runs. Token and certificates are read for each request: kubelet
 * replaces them.
 */
export async function readServiceAccount(
  directory: string,
  { KUBERNETES_SERVICE_HOST: host = "", KUBERNETES_SERVICE_PORT: port = "" }: NodeJS.ProcessEnv,
): Promise<ServiceAccount | undefined> {
  const file = (name: string): string => join(directory, name);
  if (host === "" || port === "" || !existsSync(file("token"))) return undefined;
  const server = new URL(`https://${isIPv6(host) ? `[${host}]` : host}:${port}`);
  const namespace = await readFile(file("namespace"), "utf8").catch(() => undefined);
  const authorize: KubeEndpoint["authorize"] = async () => {
    const [token, ca] = await Promise.all([readFile(file("token"), "utf8"), readFile(file("ca.crt"))]);
    return { headers: { authorization: `Bearer ${token.trim()}` }, tls: { ca } };
  };
  return { endpoint: { server, authorize }, namespace: namespace?.trim() };
}
