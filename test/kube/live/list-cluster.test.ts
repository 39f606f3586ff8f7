import { describe, expect, onTestFinished, test } from "vitest";
import { clusterFromManifests } from "../../../src/kube/cluster-from-manifests.ts";
import type { ManifestSet } from "../../../src/kube/files/manifest-set.ts";
import { positionText, sourceProblemText } from "../../../src/kube/files/source.ts";
import { KubeClient } from "../../../src/kube/client.ts";
import { listCluster } from "../../../src/kube/live/list-cluster.ts";
import { nameOf } from "../../../src/kube/read-objects.ts";
import { type ApiServer, type ApiServerOptions, startApiServer } from "../../../src/lab/apiserver.ts";
import type { ApiRequest } from "../../../src/lab/apiserver/api-request.ts";
import { must } from "../../support/must.ts";

const pod = (name: string, namespace = "shop"): Parameters<ApiServer["seed"]>[0] => ({
  apiVersion: "v1",
  kind: "Pod",
  metadata: { name, namespace },
  spec: { containers: [{ name: "c" }] },
});

async function cluster(
  options: ApiServerOptions = {},
): Promise<{ server: ApiServer; list: (fallback?: string) => Promise<ManifestSet> }> {
  const server = await startApiServer(options);
  const client = new KubeClient({
    server: new URL(server.url),
    authorize: () => Promise.resolve({ headers: {}, tls: {} }),
  });
  onTestFinished(() => {
    client.close();
    return server.close();
  });
  server.seed({ apiVersion: "v1", kind: "Namespace", metadata: { name: "shop" } });
  server.seed({ apiVersion: "v1", kind: "Namespace", metadata: { name: "other" } });
  return { server, list: (fallback) => listCluster(client, fallback === undefined ? {} : { fallback }) };
}

const forbidden = { status: 403, body: '{"message":"no"}' };
const isCollection = (path: string, plural: string): boolean => path.endsWith(`/${plural}`);

describe("listing a live cluster", () => {
  test("reads one list a kind, in pages, and no kind that answers do not hang on", async () => {
    const asked: string[] = [];
    const { server, list } = await cluster({
      onRequest: ({ path, query }) => asked.push(`${path}?${query.get("limit")}`),
    });
    for (let i = 0; i < 1200; i += 1) server.seed(pod(`p${i}`));
    const { objects, hidden } = await list();
    expect(objects.filter(({ kind }) => kind === "Pod")).toHaveLength(1200);
    expect(hidden).toEqual([]);
    expect(asked.filter((path) => path === "/api/v1/pods?500")).toHaveLength(3);
    expect(asked.toString()).not.toMatch(/secrets|configmaps/);
    expect(new Set(asked).size).toBe(13);
  });

  test("begins a list anew that expired on the way, and gives up on one that always does", async () => {
    let expiries = 1;
    const intercept = ({ query }: ApiRequest): { status: number; body: string } | undefined => {
      if (!query.has("continue") || expiries === 0) return undefined;
      expiries -= 1;
      return { status: 410, body: '{"message":"too old"}' };
    };
    const { server, list } = await cluster({ intercept });
    for (let i = 0; i < 600; i += 1) server.seed(pod(`p${i}`));
    expect((await list()).objects.filter(({ kind }) => kind === "Pod")).toHaveLength(600);
    expiries = 99;
    await expect(list()).rejects.toThrow("too old");
  });

  test("tells a place as object and field", async () => {
    const { server, list } = await cluster({ validate: () => [] });
    server.seed({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: "web", namespace: "shop" },
      spec: { podSelector: {}, ingress: [{ ports: [{ port: 70_000 }] }] },
    });
    const set = await list();
    const policy = must(set.objects.find(({ kind }) => kind === "NetworkPolicy"));
    expect(positionText(policy.source)).toBe("NetworkPolicy shop/web");
    expect(positionText(policy.locate(["spec", "ingress", 0, "ports", 0, "port"]))).toBe(
      "NetworkPolicy shop/web spec.ingress[0].ports[0].port",
    );
    // What is stored is enforced as far as it can be read; that it cannot be read whole is a warning.
    const { problems, warnings, policies } = clusterFromManifests(set);
    expect(problems).toEqual([]);
    expect(warnings.map(sourceProblemText)).toEqual([
      expect.stringMatching(
        /^<cluster>: NetworkPolicy shop\/web: spec\.ingress\[0\]\.ports\[0\]\.port: Invalid value: 70000/,
      ),
    ]);
    expect(policies).toHaveLength(1);
  });

  describe("where RBAC hides", () => {
    const hiding =
      (...plurals: readonly string[]) =>
      ({ path }: ApiRequest): typeof forbidden | undefined =>
        plurals.some((plural) => isCollection(path, plural)) && !path.includes("/namespaces/")
          ? forbidden
          : undefined;

    test("a kind over all namespaces, reads it in the one that is given, and says so", async () => {
      const { server, list } = await cluster({ intercept: hiding("pods", "namespaces") });
      server.seed(pod("a"));
      server.seed(pod("b", "other"));
      const { objects, hidden } = await list("shop");
      const names = objects.map(nameOf);
      expect(names).toContain("Pod shop/a");
      expect(names).not.toContain("Pod other/b");
      expect(names.filter((name) => name.startsWith("Namespace"))).toEqual(["Namespace shop"]);
      expect(hidden).toEqual(["namespaces other than shop", "pods of other namespaces than shop"]);
    });

    test("a kind, and no namespace is given, goes without and says so", async () => {
      const { list } = await cluster({ intercept: hiding("pods", "nodes") });
      expect((await list()).hidden).toEqual(["all nodes", "all pods"]);
      expect((await list("shop")).hidden).toEqual(["all nodes", "pods of other namespaces than shop"]);
    });

    test("everything, says everything", async () => {
      const { list } = await cluster({ intercept: () => forbidden });
      const { objects, hidden } = await list("shop");
      expect(objects).toEqual([]);
      expect(hidden).toHaveLength(13);
    });
  });

  test("throws what is neither forbidden nor unknown", async () => {
    const { list } = await cluster({
      intercept: () => ({ status: 500, body: '{"message":"etcd is away"}' }),
    });
    await expect(list("shop")).rejects.toThrow("etcd is away");
  });
});
