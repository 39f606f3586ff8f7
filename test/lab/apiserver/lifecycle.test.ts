import { describe, expect, test } from "vitest";
import { type Loose, MERGE } from "./client.ts";
import { CONFIG_MAPS, configMap, dig, PODS, until, useServer } from "./fixture.ts";

const ownedBy = (...owners: readonly Loose[]): Loose => ({
  ownerReferences: owners.map((owner) => ({
    apiVersion: "v1",
    kind: "ConfigMap",
    name: dig(owner, "metadata", "name"),
    uid: dig(owner, "metadata", "uid"),
  })),
});

describe("garbage collection", () => {
  const use = useServer();
  const names = (): readonly (string | undefined)[] =>
    use()
      .server.objects("configmaps")
      .map(({ metadata }) => metadata.name);

  test("takes dependents along, and their dependents", async () => {
    const { client } = use();
    const owner = await client.json("POST", CONFIG_MAPS, configMap("owner"));
    const child = await client.json("POST", CONFIG_MAPS, configMap("child", {}, ownedBy(owner)));
    await client.send("POST", CONFIG_MAPS, configMap("grandchild", {}, ownedBy(child)));
    await client.send("POST", CONFIG_MAPS, configMap("stranger"));
    await client.send("DELETE", `${CONFIG_MAPS}/owner`);
    await until(
      async () => names(),
      (left) => left.length === 1,
    );
    expect(names()).toEqual(["stranger"]);
  });

  test("spares who has another owner, and forgets the one that went", async () => {
    const { client } = use();
    const one = await client.json("POST", CONFIG_MAPS, configMap("one"));
    const two = await client.json("POST", CONFIG_MAPS, configMap("two"));
    await client.send("POST", CONFIG_MAPS, configMap("both", {}, ownedBy(one, two)));
    await client.send("DELETE", `${CONFIG_MAPS}/one`);
    const owners = async (): Promise<unknown> =>
      dig(await client.json("GET", `${CONFIG_MAPS}/both`), "metadata", "ownerReferences");
    await until(owners, (left) => Array.isArray(left) && left.length === 1);
    expect(await owners()).toMatchObject([{ name: "two" }]);
  });

  test("spares orphans", async () => {
    const { client } = use();
    const parent = await client.json("POST", CONFIG_MAPS, configMap("parent"));
    await client.send("POST", CONFIG_MAPS, configMap("orphan", {}, ownedBy(parent)));
    await client.send("DELETE", `${CONFIG_MAPS}/parent`, { propagationPolicy: "Orphan" });
    const orphan = await client.json("GET", `${CONFIG_MAPS}/orphan`);
    expect(dig(orphan, "metadata", "name")).toBe("orphan");
    expect(dig(orphan, "metadata", "ownerReferences")).toBeUndefined();
  });
});

describe("a namespace", () => {
  const use = useServer();

  test("goes with what is in it, after what finalizers hold", async () => {
    const { client, server } = use();
    await client.send("POST", "/api/v1/namespaces", {
      apiVersion: "v1",
      kind: "Namespace",
      metadata: { name: "doomed" },
    });
    const maps = "/api/v1/namespaces/doomed/configmaps";
    await client.send("POST", maps, configMap("plain"));
    await client.send("POST", maps, configMap("held", {}, { finalizers: ["example.com/hold"] }));
    await client.send("DELETE", "/api/v1/namespaces/doomed");
    await until(
      () => client.send("GET", `${maps}/plain`),
      ({ status }) => status === 404,
    );
    expect(await client.json("GET", "/api/v1/namespaces/doomed")).toMatchObject({
      status: { phase: "Terminating" },
    });
    expect(await client.json("POST", maps, configMap("late"))).toMatchObject({
      code: 403,
      details: { causes: [{ reason: "NamespaceTerminating" }] },
    });
    await client.send("PATCH", `${maps}/held`, { metadata: { finalizers: null } }, { headers: MERGE });
    await until(
      () => client.send("GET", "/api/v1/namespaces/doomed"),
      ({ status }) => status === 404,
    );
    expect(server.objects("configmaps")).toEqual([]);
  });

  test("that the cluster needs stays", async () => {
    expect(await use().client.json("DELETE", "/api/v1/namespaces/default")).toMatchObject({ code: 403 });
  });
});

const scheduled = (name: string): Loose => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name },
  spec: { nodeName: "n1", containers: [{ name: "c", image: "i" }] },
});

describe("a scheduled pod that is deleted", () => {
  const immediate = useServer();
  const byKubelet = useServer({ podDeletion: "by-kubelet" });

  test("is terminating first and gone at once, as if by its kubelet", async () => {
    const { client, server } = immediate();
    await client.send("POST", PODS, scheduled("p"));
    const watch = await client.watch(`${PODS}?watch=true&resourceVersion=${server.resourceVersion()}`);
    await client.send("DELETE", `${PODS}/p`);
    const [marked, gone] = [await watch.next(), await watch.next()];
    watch.close();
    expect([marked?.type, gone?.type]).toEqual(["MODIFIED", "DELETED"]);
    expect(marked?.object.metadata["deletionGracePeriodSeconds"]).toBe(30);
  });

  test("terminates until its kubelet has ended it, where a test plays kubelet", async () => {
    const { client } = byKubelet();
    await client.send("POST", PODS, scheduled("p"));
    await client.send("DELETE", `${PODS}/p`);
    await client.send("PATCH", `${PODS}/p/status`, { status: { phase: "Running" } }, { headers: MERGE });
    const marked = await client.json("GET", `${PODS}/p`);
    expect(dig(marked, "metadata", "deletionTimestamp")).toBeDefined();
    await client.send("DELETE", `${PODS}/p`, { gracePeriodSeconds: 0 });
    expect((await client.send("GET", `${PODS}/p`)).status).toBe(404);
  });
});
