/* What the embedded API server takes on trust, a real one judges: every field of every kind, defaults and CEL rules included. */
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KubeClient } from "../../src/kube/client.ts";
import { collections } from "../../src/kube/wire/api.ts";
import { findAssets } from "../../src/lab/real-apiserver/assets.ts";
import type { ContractServer } from "../contract/servers/contract-server.ts";
import { realServer } from "../contract/servers/real.ts";
import { createManifest } from "./container/install-shipped.ts";
import { shipped } from "./container/pod-spec.ts";

const assets = findAssets();
const reason =
  assets === undefined ? " [skipped: no real API server here; `make envtest-assets` makes one]" : "";

const NAMESPACE = "/api/v1/namespaces/selvedge-system";

describe.skipIf(assets === undefined)(`a real API server${reason}`, () => {
  let server: ContractServer;
  const clients: KubeClient[] = [];

  /** A client that shows a token; without one it may do everything. */
  const clientWith = (token?: string): KubeClient => {
    const headers: Readonly<Record<string, string>> =
      token === undefined ? {} : { authorization: `Bearer ${token}` };
    const client = new KubeClient({
      server: new URL(server.url),
      authorize: () => Promise.resolve({ headers, tls: {} }),
    });
    clients.push(client);
    return client;
  };

  let installed: Promise<void> | undefined;
  /** Creates all that is shipped, once. */
  const install = (): Promise<void> => {
    const all = async (): Promise<void> => {
      const client = clientWith();
      for (const file of ["selvedge.yaml", "cleanup.yaml"])
        for (const object of shipped(file)) await createManifest(client, object);
    };
    installed ??= all();
    return installed;
  };

  beforeAll(async () => {
    if (assets === undefined) throw new Error(reason);
    server = await realServer(assets);
  });
  afterAll(async () => {
    for (const client of clients) client.close();
    await server.close();
  });

  test("takes all of selvedge.yaml and cleanup.yaml, strictly", async () => {
    await install();
    await expect(
      createManifest(clientWith(), { ...shipped("cleanup.yaml")[1], spec: { selectr: {} } } as never),
    ).rejects.toThrow(/selectr/);
  });

  describe("with selvedge.yaml", () => {
    /** A token as kubelet asks for it, for a pod on that node; of no pod where none is said. */
    const tokenOf = async (account: string, node?: string): Promise<KubeClient> => {
      const admin = clientWith();
      const name = `${account}-${node}`;
      const metadata = { name, namespace: "selvedge-system" };
      const spec = { nodeName: node, serviceAccountName: account, containers: [{ name: "c", image: "i" }] };
      const pod = { apiVersion: "v1", kind: "Pod", metadata, spec };
      if (node !== undefined) await admin.request({ method: "POST", path: `${NAMESPACE}/pods`, body: pod });
      const boundObjectRef = node === undefined ? undefined : { apiVersion: "v1", kind: "Pod", name };
      const answer = await admin.request({
        method: "POST",
        path: `${NAMESPACE}/serviceaccounts/${account}/token`,
        body: {
          apiVersion: "authentication.k8s.io/v1",
          kind: "TokenRequest",
          spec: { audiences: ["https://127.0.0.1/"], boundObjectRef },
        },
      });
      return clientWith((answer as { readonly status: { readonly token: string } }).status.token);
    };

    const write = (client: KubeClient, node: string, path: "" | "/status"): Promise<unknown> =>
      client.request({
        method: "PATCH",
        path: `${collections.enforcerNodes}/${node}${path}?fieldManager=test&force=true`,
        contentType: "application/apply-patch+yaml",
        body: {
          apiVersion: "selvedge.dev/v1alpha1",
          kind: "EnforcerNode",
          metadata: { name: node },
          ...(path === "" ? {} : { status: { ready: true, message: "" } }),
        },
      });

    /** What it may write of whom. */
    const outcomes = async (client: KubeClient): Promise<string[]> => {
      const told: string[] = [];
      for (const node of ["n1", "n2"])
        for (const path of ["", "/status"] as const)
          told.push(
            await write(client, node, path).then(
              () => `${node}${path}`,
              (error: unknown) => String(error).replace(/.*denied request: /u, `not ${node}${path}: `),
            ),
          );
      return told;
    };

    beforeAll(async () => {
      await install();
      const admin = clientWith();
      for (const name of ["n1", "n2"]) {
        const body = { apiVersion: "v1", kind: "Node", metadata: { name } };
        await admin.request({ method: "POST", path: "/api/v1/nodes", body });
        await write(admin, name, "");
      }
      // The policy bites a moment after it was created: until then it would let this pass.
      const of2 = await tokenOf("selvedge-enforcer", "n2");
      while (
        await write(of2, "probe", "").then(
          () => true,
          () => false,
        )
      )
        await sleep(50);
    });

    const refused = (node: string, whose: string): string[] =>
      ["", "/status"].map(
        (path) =>
          `not ${node}${path}: an enforcer writes the EnforcerNode of its own node alone, and its token is ${whose}`,
      );

    test("an enforcer's token is good for the EnforcerNode of its pod's node alone", async () => {
      const enforcer = await tokenOf("selvedge-enforcer", "n1");
      expect(await outcomes(enforcer)).toEqual(["n1", "n1/status", ...refused("n2", "of node n1")]);
    });

    test("a token of no node is good for none", async () => {
      const enforcer = await tokenOf("selvedge-enforcer");
      expect(await outcomes(enforcer)).toEqual([
        ...refused("n1", "of no node"),
        ...refused("n2", "of no node"),
      ]);
    });

    test("the controller, which names guests there, is not asked for a node", async () => {
      const controller = await tokenOf("selvedge-controller", "n1");
      expect(await outcomes(controller)).toEqual(["n1", "n1/status", "n2", "n2/status"]);
    });
  });
});
