import { spawnSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { ApiRequest } from "../../src/lab/apiserver/api-request.ts";
import { liveCluster, selvedgeBeside } from "./live-cluster.ts";
import { fileWith, root, selvedge } from "./selvedge.ts";

const pod = (name: string, ip: string, namespace = "shop"): string => `---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, namespace: ${namespace}, labels: {app: ${name}}}
spec: {nodeName: n1, containers: [{name: c, image: x}]}
status: {phase: Running, podIP: ${ip}, podIPs: [{ip: ${ip}}]}
`;
const closed = (name: string): string => `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: shop}
spec: {podSelector: {matchLabels: {app: ${name}}}, policyTypes: [Ingress]}
`;
const namespace = (name: string): string =>
  `---\napiVersion: v1\nkind: Namespace\nmetadata: {name: ${name}}\n`;
const cluster = namespace("shop") + pod("web", "10.244.1.5") + pod("api", "10.244.1.6") + closed("api");

describe("a change that is laid over files", () => {
  it("replaces by name, adds what is new, and takes away", () => {
    const file = fileWith(cluster);
    const open = fileWith(closed("api").replace("policyTypes: [Ingress]", "ingress: [{}]"));
    const more = fileWith(closed("web"));
    const ask = (...args: string[]): number | null =>
      selvedge(["can", "-n", "shop", "-f", file, "-q", ...args]).status;
    expect([
      ask("web", "api:80"),
      ask("--overlay", open, "web", "api:80"),
      ask("--delete", "netpol/shop/api", "web", "api:80"),
      ask("--delete", "NetworkPolicy/api", "web", "api:80"),
      ask("--overlay", more, "api", "web:80"),
      ask("--overlay", more, "--delete", "netpol/web", "api", "web:80"),
    ]).toEqual([1, 0, 0, 0, 1, 0]);
  });

  it("says what it did not hit", () => {
    const empty = fileWith("# nothing\n");
    const source = ["can", "-f", fileWith(cluster), "--overlay", empty];
    const deletions = ["--delete", "netpol/shop/gone", "--delete", "ns/gone"];
    const { status, stderr } = selvedge([...source, ...deletions, "shop/web", "shop/web:80"]);
    expect(status).toBe(0);
    expect(stderr).toBe(
      `selvedge: --overlay ${empty} changes nothing: there is no object in it that policies hang on\n` +
        "selvedge: --delete changes nothing: there is no NetworkPolicy shop/gone\n" +
        "selvedge: --delete changes nothing: there is no Namespace gone\n",
    );
  });

  it.each([
    ["cm/shop/x", /no kind cm that policies hang on/],
    ["netpol", /want netpol\/NAMESPACE\/NAME/],
    ["ns/a/b", /want ns\/NAME/],
    ["netpol/a/b/c", /want netpol\/NAMESPACE\/NAME/],
  ])("refuses --delete %s", (text, message) => {
    const { status, stderr } = selvedge(["can", "-f", "fixtures/shop", "--delete", text, "a", "b:80"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(message);
  });
});

describe("files", () => {
  it("are read as `helm template` writes them", () => {
    const chart =
      "---\n# Source: chart/templates/empty.yaml\n---\n# Source: chart/templates/pods.yaml\n" +
      `${cluster}---\n# Source: chart/templates/hook.yaml\napiVersion: v1\nkind: Secret\nmetadata: {name: s}\n---\n`;
    expect(selvedge(["can", "-f", "-", "shop/web", "shop/api:80"], chart)).toMatchObject({
      status: 1,
      stderr: "selvedge: 1 object of other kinds ignored: Secret (1)\n",
    });
  });

  it("and a live cluster are not asked together", () => {
    const { status, stderr } = selvedge(["can", "-f", "fixtures/shop", "--context", "x", "a", "b:80"]);
    expect(status).toBe(2);
    expect(stderr).toMatch(/cannot be used with option/);
  });
});

describe("a live cluster", () => {
  it("is read through the kubeconfig, whose context says where bare names are", async () => {
    const { kubeconfig } = await liveCluster(cluster, {}, "shop");
    const live = ["--kubeconfig", kubeconfig];
    expect(await selvedgeBeside(["can", ...live, "web", "api:80"])).toEqual({
      status: 1,
      stdout: "no: ingress to shop/api is isolated by shop/api, which allows nothing\n",
      stderr: "",
    });
    expect(await selvedgeBeside(["can", ...live, "--delete", "netpol/api", "web", "api:80"])).toMatchObject({
      status: 0,
    });
    expect(await selvedgeBeside(["can", ...live, "-n", "default", "web", "api:80"])).toMatchObject({
      status: 2,
      stderr: expect.stringMatching(/no pod or workload default\/web/) as string,
    });
  });

  it("is laid over by files", async () => {
    const { kubeconfig, folder } = await liveCluster(cluster, {}, "shop");
    mkdirSync(join(folder, "new"));
    writeFileSync(
      join(folder, "new", "a.yaml"),
      closed("api").replace("policyTypes: [Ingress]", "ingress: [{}]"),
    );
    const args = ["can", "--kubeconfig", kubeconfig, "--overlay", join(folder, "new"), "web", "api:80"];
    expect(await selvedgeBeside(args)).toMatchObject({ status: 0, stdout: "yes\n" });
  });

  it("of which RBAC hides a part: read as far as it may be, said, and 3", async () => {
    const forbidden = { status: 403, body: '{"kind":"Status","message":"forbidden"}' };
    // Who may read one namespace only, as the ClusterRole `view` lets a developer.
    const intercept = ({ path }: ApiRequest): typeof forbidden | undefined =>
      path.startsWith("/api") && !path.includes("/namespaces/shop/") ? forbidden : undefined;
    const { kubeconfig, folder } = await liveCluster(cluster, { intercept }, "shop");
    const { status, stdout, stderr } = await selvedgeBeside([
      "can",
      "--kubeconfig",
      kubeconfig,
      "web",
      "web:80",
    ]);
    expect({ status, stdout }).toEqual({ status: 3, stdout: "yes\n" });
    expect(stderr).toMatch(/^selvedge: RBAC hides all namespaces: answers are incomplete$/m);
    expect(stderr).toMatch(
      /^selvedge: RBAC hides pods of other namespaces than shop: answers are incomplete$/m,
    );
    const snapshot = join(folder, "snapshot.yaml");
    const taken = await selvedgeBeside(["snapshot", "--kubeconfig", kubeconfig, "-o", snapshot]);
    expect(taken.status).toBe(3);
    // What was hidden from whoever took it is hidden from whoever asks it.
    expect(await selvedgeBeside(["can", "-f", snapshot, "shop/web", "shop/web:80"])).toEqual({
      status,
      stdout,
      stderr,
    });
    const intent = fileWith(
      "apiVersion: selvedge.dev/v1alpha1\nkind: Intents\nnamespace: shop\nintents:\n" +
        "  - deny: { from: web, to: api, ports: [80] }\n    because: it is closed\n",
      "a.intent.yaml",
    );
    for (const [verb = "", ...more] of [
      ["map"],
      ["map", "-o", "json"],
      ["explain", "shop/web", "shop/web:80"],
      ["explain", "--all-ports", "shop/web", "shop/web"],
      ["diff", "--against", snapshot],
      ["diff", "--against", snapshot, "-o", "github"],
      ["lint", "--fail-on", "never"],
      ["test", intent],
    ]) {
      const asked = await selvedgeBeside([verb, "-f", snapshot, ...more]);
      expect({ verb, status: asked.status, error: asked.stderr }).toEqual({
        verb,
        status: 3,
        error: expect.stringContaining("RBAC hides all namespaces: answers are incomplete\n"),
      });
    }
  });

  it("of which nothing may be read, or that is not there, ends with 2 and one line", async () => {
    const intercept = (): { status: number; body: string } => ({
      status: 401,
      body: '{"message":"who are you?"}',
    });
    const { kubeconfig } = await liveCluster("", { intercept });
    expect(await selvedgeBeside(["can", "--kubeconfig", kubeconfig, "a", "b:80"])).toEqual({
      status: 2,
      stdout: "",
      stderr: "selvedge: the cluster cannot be read: who are you? (HTTP 401)\n",
    });
  });
});

it("without files and without a kubeconfig there is nothing to ask, and how to is said", () => {
  const { KUBECONFIG: _named, KUBERNETES_SERVICE_HOST: _host, ...rest } = process.env;
  const { status, stdout, stderr } = spawnSync(
    join(root, "bin/selvedge"),
    ["can", "shop/web", "shop/api:80"],
    {
      env: { ...rest, HOME: "/nowhere" },
      encoding: "utf8",
    },
  );
  expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
  expect(stderr).toMatch(
    /^selvedge: no cluster to ask \(name files with -f, .*\): there is no kubeconfig .*\n$/,
  );
});
