import { describe, expect, it, vi } from "vitest";
import { PATIENCE } from "../fixture.ts";
import { type ControlledCluster, controlledCluster, pod, policiesPath, policy, quiet } from "./fixture.ts";

const POLICIES = "compiledpolicies.selvedge.dev";

interface Status {
  readonly observedGeneration?: number;
  readonly nodes?: { readonly done: number; readonly concerned: number };
  readonly conditions?: readonly {
    readonly type: string;
    readonly status: string;
    readonly message: string;
  }[];
}

const statusOf = ({ server }: ControlledCluster): Status =>
  (server.objects(POLICIES)[0]?.["status"] ?? {}) as Status;

const enforced = (cluster: ControlledCluster): unknown =>
  statusOf(cluster).conditions?.find(({ type }) => type === "Enforced");

/** What a node's enforcer says once it has applied all that there is. */
async function applied({ client, server }: ControlledCluster, node: string): Promise<void> {
  const version = server.resourceVersion();
  await client.request({
    method: "PATCH",
    path: `/apis/selvedge.dev/v1alpha1/enforcernodes/${node}/status?fieldManager=${node}&force=true`,
    contentType: "application/apply-patch+yaml",
    body: {
      apiVersion: "selvedge.dev/v1alpha1",
      kind: "EnforcerNode",
      metadata: { name: node },
      status: { applied: { compiledPolicies: version, addressGroups: version } },
    },
  });
}

const enforcerNode = (name: string): Parameters<ControlledCluster["server"]["seed"]>[0] => ({
  apiVersion: "selvedge.dev/v1alpha1",
  kind: "EnforcerNode",
  metadata: { name },
});

describe("a policy's status", () => {
  it("counts the nodes that are concerned, and those of them that are done", async () => {
    const cluster = await controlledCluster();
    const { server, request } = cluster;
    server.seed(pod("web-1", { app: "web" }, { ip: "10.0.0.1", node: "node-a" }));
    server.seed(pod("web-2", { app: "web" }, { ip: "10.0.1.1", node: "node-b" }));
    server.seed(pod("other", { app: "other" }, { ip: "10.0.2.1", node: "node-c" }));
    const controller = cluster.start();
    for (const node of ["node-a", "node-b", "node-c"]) server.seed(enforcerNode(node));
    await request("POST", policiesPath(), policy("web", { podSelector: { matchLabels: { app: "web" } } }));
    await vi.waitFor(() => expect(statusOf(cluster).nodes).toEqual({ done: 0, concerned: 2 }), PATIENCE);
    expect(enforced(cluster)).toMatchObject({
      status: "False",
      message: "0/2 nodes, waiting for node-a, node-b",
    });
    await applied(cluster, "node-a");
    await vi.waitFor(
      () => expect(enforced(cluster)).toMatchObject({ message: "1/2 nodes, waiting for node-b" }),
      PATIENCE,
    );
    await applied(cluster, "node-b");
    await vi.waitFor(
      () => expect(enforced(cluster)).toMatchObject({ status: "True", message: "2/2 nodes" }),
      PATIENCE,
    );
    // The server has the status before the controller has its answer.
    await vi.waitFor(
      () => expect(controller.enforced).toMatchObject([{ key: "default/web", nodes: 2 }]),
      PATIENCE,
    );
    await quiet(cluster);
    expect(controller.enforced).toHaveLength(1);
  });

  it("waits again where the policy changes, and where another node becomes concerned", async () => {
    const cluster = await controlledCluster();
    const { server, request } = cluster;
    server.seed(pod("web-1", { app: "web" }, { ip: "10.0.0.1", node: "node-a" }));
    for (const node of ["node-a", "node-b"]) server.seed(enforcerNode(node));
    cluster.start();
    await request("POST", policiesPath(), policy("web", { podSelector: { matchLabels: { app: "web" } } }));
    await vi.waitFor(() => expect(statusOf(cluster).nodes).toEqual({ done: 0, concerned: 1 }), PATIENCE);
    await applied(cluster, "node-a");
    await vi.waitFor(() => expect(enforced(cluster)).toMatchObject({ status: "True" }), PATIENCE);
    await request("PATCH", `${policiesPath()}/web`, { spec: { policyTypes: ["Egress"] } });
    await vi.waitFor(
      () => expect(statusOf(cluster)).toMatchObject({ observedGeneration: 2, nodes: { done: 0 } }),
      PATIENCE,
    );
    await applied(cluster, "node-a");
    await vi.waitFor(() => expect(enforced(cluster)).toMatchObject({ status: "True" }), PATIENCE);
    server.seed(pod("web-2", { app: "web" }, { ip: "10.0.1.1", node: "node-b" }));
    await vi.waitFor(
      () => expect(enforced(cluster)).toMatchObject({ message: "1/2 nodes, waiting for node-b" }),
      PATIENCE,
    );
  });

  it("of a policy that selects nobody is enforced, and says so", async () => {
    const cluster = await controlledCluster();
    cluster.start();
    await cluster.request("POST", policiesPath(), policy("web", { podSelector: {} }));
    await vi.waitFor(
      () =>
        expect(enforced(cluster)).toMatchObject({ status: "True", message: "0/0 nodes, it selects no pod" }),
      PATIENCE,
    );
  });

  it("that could not be written is written later, though nothing else changes", async () => {
    let refused = 0;
    const cluster = await controlledCluster({
      intercept: ({ method, path }) => {
        if (method !== "PATCH" || !path.endsWith("/status") || refused === 2) return undefined;
        refused += 1;
        return { status: 500, body: "{}" };
      },
    });
    cluster.start();
    await cluster.request("POST", policiesPath(), policy("web", { podSelector: {} }));
    await vi.waitFor(() => expect(enforced(cluster)).toMatchObject({ status: "True" }), PATIENCE);
    expect(refused).toBe(2);
  });
});
