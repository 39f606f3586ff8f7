import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { chartFiles } from "../../scripts/deploy/manifests/chart-files.ts";
import { CHART, type Manifest } from "../../scripts/deploy/manifests/render-chart.ts";
import { controllerMetrics } from "../../src/daemon/controller/controller-metrics.ts";
import { type Route, serveHealth } from "../../src/daemon/health.ts";
import { CounterReader } from "../../src/daemon/metrics/counter-reader.ts";
import { metrics } from "../../src/daemon/metrics/metrics.ts";
import { startApiServer } from "../../src/lab/apiserver.ts";
import { installShipped } from "./container/install-shipped.ts";
import { podSpecOf, shipped } from "./container/pod-spec.ts";
import { parse } from "yaml";

const keyOf = ({ kind, metadata }: Manifest): string =>
  [kind, metadata.namespace, metadata.name].filter(Boolean).join("/");

/** The names of the metrics that a daemon serves. */
async function exposedBy(route: Route): Promise<readonly string[]> {
  const routes = new Map([["/metrics", route]]);
  const health = await serveHealth({ host: "127.0.0.1", port: 0, notReady: () => undefined, routes });
  onTestFinished(() => health.close());
  const text = await (await fetch(`http://127.0.0.1:${health.port}/metrics`)).text();
  return [...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name = ""]) => name);
}

describe("deploy/selvedge.yaml", () => {
  test.each(["selvedge.yaml", "cleanup.yaml"])("an API server takes all of %s", async (file) => {
    const api = await startApiServer();
    onTestFinished(() => api.close());
    await installShipped(api.url, shipped(file));
    const [workload] = api.objects("daemonsets.apps");
    expect(workload?.metadata.namespace).toBe(shipped(file)[0]?.metadata.name);
  });

  test("has what a cluster needs, once", () => {
    const keys = shipped("selvedge.yaml").map(keyOf);
    expect(new Set(keys).size).toBe(keys.length);
    expect(keys.map((key) => key.replace("selvedge-system/", "")).toSorted()).toEqual(
      [
        "Namespace/selvedge-system",
        "CustomResourceDefinition/addressgroups.selvedge.dev",
        "CustomResourceDefinition/compiledpolicies.selvedge.dev",
        "CustomResourceDefinition/enforcernodes.selvedge.dev",
        "ServiceAccount/selvedge-controller",
        "ServiceAccount/selvedge-enforcer",
        "ClusterRole/selvedge-controller",
        "ClusterRole/selvedge-enforcer",
        "ClusterRoleBinding/selvedge-controller",
        "ClusterRoleBinding/selvedge-enforcer",
        "Role/selvedge-controller",
        "Role/selvedge-enforcer",
        "RoleBinding/selvedge-controller",
        "RoleBinding/selvedge-enforcer",
        "PodDisruptionBudget/selvedge-controller",
        "Deployment/selvedge-controller",
        "DaemonSet/selvedge-enforcer",
        "ValidatingAdmissionPolicy/selvedge-enforcer",
        "ValidatingAdmissionPolicyBinding/selvedge-enforcer",
      ].toSorted(),
    );
  });

  test("no pod has more privileges than it needs", () => {
    const pods = {
      enforcer: podSpecOf(shipped("selvedge.yaml"), "DaemonSet"),
      controller: podSpecOf(shipped("selvedge.yaml"), "Deployment"),
      cleanup: podSpecOf(shipped("cleanup.yaml"), "DaemonSet"),
    };
    const granted = Object.entries(pods).flatMap(([name, { containers, initContainers = [] }]) =>
      [...initContainers, ...containers].map(({ securityContext }) => [
        name,
        securityContext.allowPrivilegeEscalation,
        securityContext.readOnlyRootFilesystem,
        securityContext.capabilities.drop.join(),
        securityContext.capabilities.add?.join() ?? "",
      ]),
    );
    const tools = "NET_ADMIN,NET_RAW";
    expect(granted).toEqual([
      ["enforcer", false, true, "ALL", tools],
      ["controller", false, true, "ALL", ""],
      ["cleanup", false, true, "ALL", tools],
      ["cleanup", false, true, "ALL", ""],
    ]);
    expect(Object.values(pods).map((pod) => pod.securityContext.seccompProfile.type)).toEqual(
      Array.from({ length: 3 }, () => "RuntimeDefault"),
    );
  });

  test("all name the image of this version", async () => {
    const { version } = JSON.parse(await readFile("package.json", "utf8")) as { readonly version: string };
    const chart = parse(await readFile(join(CHART, "Chart.yaml"), "utf8")) as Readonly<
      Record<string, string>
    >;
    expect([chart["version"], chart["appVersion"]]).toEqual([version, version]);
    const images = ["selvedge.yaml", "cleanup.yaml"].flatMap((file) =>
      shipped(file)
        .filter(({ kind }) => ["DaemonSet", "Deployment"].includes(kind))
        .map((each) => podSpecOf([each], each.kind as "DaemonSet" | "Deployment"))
        .flatMap(({ containers, initContainers = [] }) => [...initContainers, ...containers])
        .map(({ image }) => image),
    );
    expect(new Set(images)).toEqual(new Set([`docker.io/library/selvedge:${version}`]));
  });
});

describe("the chart's generated files", () => {
  test("are what `make manifests` writes, and no others", async () => {
    const crds = [...chartFiles.keys()].filter((path) => path.startsWith("files/crds/"));
    expect((await readdir(join(CHART, "files/crds"))).map((name) => `files/crds/${name}`)).toEqual(
      crds.toSorted(),
    );
    for (const [path, text] of chartFiles) expect(await readFile(join(CHART, path), "utf8"), path).toBe(text);
  });

  test("the dashboard and the alerts ask for metrics that are there", async () => {
    const counters = new CounterReader(() => Promise.reject(new Error("no counters here")));
    const exposed = new Set([
      ...(await exposedBy(metrics(counters).route)),
      ...(await exposedBy(controllerMetrics().route)),
    ]);
    for (const file of ["files/dashboard.json", "files/rules.yaml"]) {
      const text = await readFile(join(CHART, file), "utf8");
      const named = [...text.matchAll(/\b(?:selvedge|process|nodejs)_[a-z0-9_]+/g)].map(([name]) =>
        name.replace(/_bucket$/, ""),
      );
      expect(named.length).toBeGreaterThan(3);
      expect(
        named.filter((name) => !exposed.has(name)),
        file,
      ).toEqual([]);
    }
  });
});
