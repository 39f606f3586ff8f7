import { describe, expect, it } from "vitest";
import {
  type ControlledCluster,
  controlledCluster,
  pod,
  policiesPath,
  policy,
} from "../daemon/controller/fixture.ts";
import { PATIENCE } from "../daemon/fixture.ts";
import { liveCluster, selvedgeBeside } from "./live-cluster.ts";
import type { Ran } from "./selvedge.ts";

const status = ({ server }: ControlledCluster, ...args: readonly string[]): Promise<Ran> =>
  selvedgeBeside(["status", "--server", server.url, ...args]);

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

async function shop(): Promise<ControlledCluster> {
  const cluster = await controlledCluster();
  const { server, request } = cluster;
  server.seed(pod("web-1", { app: "web" }, { ip: "10.0.0.1" }));
  server.seed(pod("web-2", { app: "web" }, { ip: "10.0.0.2" }));
  server.seed({ apiVersion: "selvedge.dev/v1alpha1", kind: "EnforcerNode", metadata: { name: "node-a" } });
  await request("POST", policiesPath(), policy("web", { podSelector: { matchLabels: { app: "web" } } }));
  await request("POST", policiesPath(), policy("nobody", { podSelector: { matchLabels: { app: "no" } } }));
  return cluster;
}

const rows = (text: string): string[][] =>
  text
    .trim()
    .split("\n")
    .map((line) => line.split(/ {2,}/).slice(0, 4));

describe("selvedge status", () => {
  it("shows each policy with its pods, its nodes and whether it is enforced, and exits by that", async () => {
    const cluster = await shop();
    const before = await status(cluster);
    expect(before.status).toBe(1);
    expect(before.stdout).toContain("no controller has compiled it yet");
    cluster.start();
    await expect
      .poll(async () => rows((await status(cluster)).stdout), PATIENCE)
      .toEqual([
        ["POLICY", "PODS", "NODES", "ENFORCED"],
        ["default/nobody", "0", "0/0", "yes"],
        ["default/web", "2", "0/1", "no"],
      ]);
    const waiting = status(cluster, "--wait", "--timeout", "60s", "-o", "json");
    await applied(cluster, "node-a");
    const { status: code, stdout } = await waiting;
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      kind: "PolicyStatus",
      policies: [
        { policy: "default/nobody", enforced: true },
        { policy: "default/web", pods: 2, nodes: { done: 1, concerned: 1 }, enforced: true },
      ],
    });
  });

  it("waits no longer than it is told to, and looks at one namespace or at all", async () => {
    const cluster = await shop();
    cluster.start();
    const waited = await status(cluster, "--wait", "--timeout", "200ms", "-A");
    expect(waited.status).toBe(1);
    expect(await status(cluster, "-n", "kube-public")).toMatchObject({
      status: 0,
      stdout: "no NetworkPolicies\n",
    });
    expect((await status(cluster, "--wait", "--timeout", "soon")).status).toBe(2);
  });

  it("cannot tell where there are no CompiledPolicies, or no server", async () => {
    const { server } = await liveCluster("");
    const without = await selvedgeBeside(["status", "--server", server.url]);
    expect(without.status).toBe(3);
    expect(without.stderr).toContain("standalone enforcers publish nothing");
    expect((await selvedgeBeside(["status", "--server", "http://127.0.0.1:9"])).status).toBe(3);
  });
});
