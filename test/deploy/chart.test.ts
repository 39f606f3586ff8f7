import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { helm } from "../../scripts/deploy/helm.ts";
import { plainManifests } from "../../scripts/deploy/manifests/plain-manifests.ts";
import { CHART, type Manifest, renderChart } from "../../scripts/deploy/manifests/render-chart.ts";
import { type PodSpec, podSpecOf, shipped } from "./container/pod-spec.ts";
import { describeHelm } from "./describe-helm.ts";

const byKey = (manifests: readonly Manifest[]): ReadonlyMap<string, Manifest> =>
  new Map(
    manifests.map((each) => [`${each.kind}/${each.metadata.namespace ?? ""}/${each.metadata.name}`, each]),
  );

const kinds = (manifests: readonly Manifest[]): string[] =>
  [...new Set(manifests.map(({ kind }) => kind))].toSorted();

type Full = PodSpec & Readonly<Record<string, unknown>>;
const enforcerOf = (manifests: readonly Manifest[]): Full => podSpecOf(manifests, "DaemonSet") as Full;
const controllerOf = (manifests: readonly Manifest[]): Full => podSpecOf(manifests, "Deployment") as Full;

describeHelm("the chart", () => {
  test("with its default values is deploy/selvedge.yaml, object by object, but for the namespace", async () => {
    const rendered = await renderChart();
    const [namespace, ...rest] = shipped("selvedge.yaml");
    expect(namespace?.kind).toBe("Namespace");
    expect(byKey(rest)).toEqual(byKey(rendered));
    expect(plainManifests(rendered)).toBe(await readFile("deploy/selvedge.yaml", "utf8"));
  });

  test("is what Helm calls sound", async () => {
    const { code, stdout } = await helm(["lint", CHART, "--strict"]);
    expect(stdout).toContain("0 chart(s) failed");
    expect(code).toBe(0);
  });

  test("standalone: enforcers that compile for themselves, without controller and definitions", async () => {
    const manifests = await renderChart({ standalone: true });
    expect(kinds(manifests)).toEqual(["ClusterRole", "ClusterRoleBinding", "DaemonSet", "ServiceAccount"]);
    expect(enforcerOf(manifests).containers[0]?.args).toContain("--standalone");
  });

  test("takes what people set", async () => {
    const toleration = { key: "a", operator: "Exists" };
    const manifests = await renderChart({
      image: { repository: "registry.example/selvedge", tag: "v9" },
      imagePullSecrets: [{ name: "pull" }],
      backend: "legacy",
      startGate: "off",
      deny: "reject",
      events: false,
      logLevel: "debug",
      apiServer: { host: "10.0.0.1", port: 6443 },
      enforcer: {
        cniCache: "/var/lib/other/results",
        tolerations: [toleration],
        nodeSelector: { pool: "a" },
        podAnnotations: { note: "x" },
        podLabels: { team: "net" },
        priorityClassName: "other",
        extraArgs: ["--node=x"],
      },
      controller: {
        replicas: 3,
        resources: { limits: { memory: "1Gi" } },
        affinity: { nodeAffinity: { a: 1 } },
      },
      commonLabels: { owner: "me" },
    });
    const enforcer = enforcerOf(manifests);
    expect(enforcer.containers[0]?.image).toBe("registry.example/selvedge:v9");
    expect(enforcer.containers[0]?.args).toEqual([
      "enforcer",
      "--backend=legacy",
      "--start-gate=off",
      "--deny=reject",
      "--events=off",
      "--log-level=debug",
      "--cni-cache=/var/lib/other/results",
      "--health-port=10268",
      "--node=x",
    ]);
    expect(enforcer.containers[0]?.env).toContainEqual({ name: "KUBERNETES_SERVICE_PORT", value: "6443" });
    expect(enforcer.volumes?.[1]?.hostPath.path).toBe("/var/lib/other/results");
    expect(enforcer).toMatchObject({
      imagePullSecrets: [{ name: "pull" }],
      tolerations: [toleration],
      nodeSelector: { pool: "a", "kubernetes.io/os": "linux" },
      priorityClassName: "other",
    });
    expect(controllerOf(manifests)["affinity"]).toMatchObject({
      nodeAffinity: { a: 1 },
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: "kubernetes.io/hostname" }],
      },
    });
    expect(
      manifests.filter(
        ({ kind, metadata }) => kind !== "CustomResourceDefinition" && metadata.labels?.["owner"] !== "me",
      ),
    ).toEqual([]);
  });

  test("a digest goes before a tag", async () => {
    const digest = `sha256:${"a".repeat(64)}`;
    const [container] = enforcerOf(await renderChart({ image: { digest, tag: "v9" } })).containers;
    expect(container?.image).toBe(`docker.io/library/selvedge@${digest}`);
  });

  test("metrics: for all who reach the node, where that is asked for, with what Prometheus and Grafana take", async () => {
    const manifests = await renderChart({
      metrics: {
        onNodeAddress: true,
        serviceMonitor: { enabled: true },
        prometheusRule: { enabled: true },
        dashboard: { enabled: true },
      },
    });
    const added = manifests.filter(({ kind }) => !kinds(shipped("selvedge.yaml")).includes(kind));
    expect(added.map(({ kind, metadata }) => `${kind}/${metadata.name}`)).toEqual([
      "ConfigMap/selvedge-dashboard",
      "Service/selvedge-controller-metrics",
      "Service/selvedge-enforcer-metrics",
      "PrometheusRule/selvedge",
      "ServiceMonitor/selvedge-controller",
      "ServiceMonitor/selvedge-enforcer",
    ]);
    const { data } = added[0] as unknown as { readonly data: Readonly<Record<string, string>> };
    const dashboard = JSON.parse(await readFile(join(CHART, "files/dashboard.json"), "utf8")) as unknown;
    expect(JSON.parse(data["selvedge.json"] ?? "")).toEqual(dashboard);
    expect(enforcerOf(manifests).containers[0]?.args).toContain("--metrics-host=$(HOST_IP)");
    expect(controllerOf(manifests).containers[0]?.args).toContain("--health-host=$(HOST_IP)");
  });

  test.each([
    ["a word that no value has", { enforcr: {} }, /enforcr/],
    ["a backend that there is not", { backend: "iptables" }, /backend/],
    ["no replica", { controller: { replicas: 0 } }, /replicas/],
    ["a relative folder", { enforcer: { cniCache: "cni" } }, /cniCache/],
    ["a tag in place of a digest", { image: { digest: "v9" } }, /digest/],
    ["a monitor of loopback", { metrics: { serviceMonitor: { enabled: true } } }, /onNodeAddress/],
  ])("refuses %s", async (_, values, words) => {
    await expect(renderChart(values)).rejects.toThrow(words);
  });
});
