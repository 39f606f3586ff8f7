import { onTestFinished } from "vitest";
import { KubeClient } from "../../src/kube/client.ts";
import type { ContractServer } from "./servers/contract-server.ts";

/** The server that a contract is held against, and a client of it. */
export type Subject = () => { readonly server: ContractServer; readonly client: KubeClient };

export const clientOf = (url: string): KubeClient =>
  new KubeClient({ server: new URL(url), authorize: () => Promise.resolve({ headers: {}, tls: {} }) });

/** A client that is closed with the test. */
export function newClient(url: string): KubeClient {
  const client = clientOf(url);
  onTestFinished(() => client.close());
  return client;
}

let made = 0;

/** A namespace of this test's own. */
export async function newNamespace(client: KubeClient): Promise<string> {
  made += 1;
  const name = `contract-${made}`;
  const body = { apiVersion: "v1", kind: "Namespace", metadata: { name } };
  await client.request({ method: "POST", path: "/api/v1/namespaces", body });
  return name;
}
