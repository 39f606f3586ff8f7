import { afterAll, beforeAll, expect, test } from "vitest";
import type { KubeClient } from "../../src/kube/client.ts";
import { collections } from "../../src/kube/wire/api.ts";
import { PATIENCE } from "../kube/reflector/fixture.ts";
import { install } from "./install.ts";
import { type ApiObject, listAll } from "./oracle.ts";
import type { ContractServer } from "./servers/contract-server.ts";
import { clientOf, newNamespace } from "./subject.ts";

/** What a NetworkPolicy owns goes with it, though no controller of ours runs: kube-controller-manager sees to that. */
export function garbageContract(start: () => Promise<ContractServer>): void {
  let server: ContractServer;
  let client: KubeClient;
  beforeAll(async () => {
    server = await start();
    client = clientOf(server.url);
    await install(client);
  });
  afterAll(async () => {
    client.close();
    await server.close();
  });

  test("a CompiledPolicy goes with its NetworkPolicy, and stays where its owner is another of the same name", async () => {
    const namespace = await newNamespace(client);
    const path = `/apis/networking.k8s.io/v1/namespaces/${namespace}/networkpolicies`;
    const policy = { apiVersion: "networking.k8s.io/v1", kind: "NetworkPolicy", metadata: { name: "p" } };
    const create = async (): Promise<ApiObject> => {
      const body = { ...policy, spec: { podSelector: {} } };
      return (await client.request({ method: "POST", path, body })) as ApiObject;
    };
    const first = await create();
    const compiled = async (owner: ApiObject): Promise<unknown> => {
      const { uid } = owner.metadata;
      const { apiVersion, kind } = policy;
      const reference = { apiVersion, kind, name: "p", uid, controller: true, blockOwnerDeletion: false };
      const body = {
        apiVersion: "selvedge.dev/v1alpha1",
        kind: "CompiledPolicy",
        metadata: { name: "p", ownerReferences: [reference] },
        spec: { source: { uid, generation: 1 }, subject: { matchExpressions: [] }, isolates: ["ingress"] },
      };
      const own = `/apis/selvedge.dev/v1alpha1/namespaces/${namespace}/compiledpolicies`;
      return client.request({ method: "POST", path: own, body });
    };
    const names = async (): Promise<string[]> =>
      (await listAll(client, collections.compiledPolicies)).map(({ metadata }) => metadata.name);
    await compiled(first);
    await client.request({ method: "DELETE", path: `${path}/p` });
    await expect.poll(names, PATIENCE).toEqual([]);
    await compiled(await create());
    expect(await names()).toEqual(["p"]);
  });
}
