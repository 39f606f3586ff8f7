import { readFile } from "node:fs/promises";
import type { MetricObjectWithValues, MetricValue } from "prom-client";
import { describe, expect, onTestFinished, test } from "vitest";
import { controllerMetrics } from "../../../src/daemon/controller/controller-metrics.ts";
import { serveHealth } from "../../../src/daemon/health.ts";
import { CounterReader } from "../../../src/daemon/metrics/counter-reader.ts";
import { type Metrics, metrics } from "../../../src/daemon/metrics/metrics.ts";
import { PATIENCE, onlyFront, pod, ready, rig } from "../fixture.ts";
import { failure } from "../../support/netfilter/memory-exec.ts";

const nothing = () => Promise.resolve({ IPv4: [], IPv6: [] });

type Described = MetricObjectWithValues<MetricValue<string>>;

/** Our own metrics, without those of the process. */
const ours = async ({ registry }: Metrics): Promise<Described[]> =>
  ((await registry.getMetricsAsJSON()) as unknown as Described[]).filter(({ name }) =>
    name.startsWith("selvedge_"),
  );

const valueOf = async (measured: Metrics, name: string, labels: object = {}): Promise<number | undefined> => {
  const metric = (await ours(measured)).find((each) => each.name === name);
  return metric?.values.find((each) => JSON.stringify(each.labels) === JSON.stringify(labels))?.value;
};

describe("metrics", () => {
  test.each([
    ["The enforcer's", metrics(new CounterReader(nothing)).registry, 15],
    ["The controller's", controllerMetrics().registry, 8],
  ])(
    "are those that docs/metrics.md tells of: names, types and labels: %s",
    async (title, registry, least) => {
      const sections = (await readFile("docs/metrics.md", "utf8")).split(/^## /m);
      const section = sections.find((each) => each.startsWith(`${title}\n`)) ?? "";
      const rows = section.matchAll(/^\| `(selvedge_\w+)`\s*\| (\w+)\s*\| (.*?)\s*\| (.+?)\s*\|$/gm);
      const told = [...rows].map(([, name = "", type = "", labels = ""]) =>
        `${name} ${type} ${labels.replaceAll("`", "")}`.trim(),
      );
      const known = registry.getMetricsAsArray().flatMap((metric) => {
        // prom-client keeps the labels on the metric and types them only on its classes.
        const { name, type, labelNames } = metric as unknown as Record<"name" | "type", string> & {
          readonly labelNames: string[];
        };
        return name.startsWith("selvedge_") ? [`${name} ${type} ${labelNames.join(", ")}`.trim()] : [];
      });
      expect(told.toSorted()).toEqual(known.toSorted());
      expect(known.length).toBeGreaterThan(least);
    },
  );

  test("follow what an enforcer does", async () => {
    const { api, kernel, programs, start } = await rig();
    const measured = metrics(new CounterReader(nothing));
    const value = (name: string, labels?: object) => valueOf(measured, `selvedge_${name}`, labels);
    api.seed(pod("front", "10.244.1.1"));
    const enforcer = start({ observers: [measured.observer], startGate: "off", driftInterval: 50 });
    await ready(enforcer);
    expect(await value("pods")).toBe(1);
    expect(await value("applies_total")).toBe(1);
    expect(await value("drift_repairs_total")).toBe(0);
    programs.disturb(({ command }) =>
      command === "iptables-nft-restore" ? failure("no such luck") : undefined,
    );
    api.seed(onlyFront);
    const failures = () => value("apply_failures_total", { step: "write IPv4 rules" });
    await expect.poll(failures, PATIENCE).toBeGreaterThan(0);
    programs.disturb(() => undefined);
    await expect.poll(() => value("classes", { direction: "ingress" }), PATIENCE).toBe(1);
    await ready(enforcer);
    expect(await value("policies")).toBe(1);
    expect(await value("groups")).toBe(1);
    expect(await value("last_success_timestamp_seconds")).toBeGreaterThan(1.7e9);
    const repaired = await value("drift_repairs_total");
    kernel.restoreTable("IPv4", "*mangle\n:SV-INGRESS - [0:0]\nCOMMIT\n");
    await expect.poll(() => value("drift_repairs_total"), PATIENCE).toBe((repaired ?? 0) + 1);
  });

  test("do not keep the enforcer from its work where their observer fails", async () => {
    const { api, log, start } = await rig();
    api.seed(pod("front", "10.244.1.1"));
    const passed = (): never => {
      throw new Error("a fault of the observer");
    };
    await ready(start({ observers: [{ passed }] }));
    expect(log.some(({ msg }) => msg === "an observer failed")).toBe(true);
    expect(log.some(({ msg }) => msg === "applied")).toBe(true);
  });

  test("are served with the last sums where the kernel's counters are still being read", async () => {
    const never = new CounterReader(() => new Promise(() => undefined));
    const routes = new Map([["/metrics", metrics(never, 50).route]]);
    const health = await serveHealth({ host: "127.0.0.1", port: 0, notReady: () => undefined, routes });
    onTestFinished(() => health.close());
    const text = await (await fetch(`http://127.0.0.1:${health.port}/metrics`)).text();
    expect(text).toContain("# TYPE selvedge_rule_packets_total counter\n");
  });

  test("are served as Prometheus reads them, process metrics included", async () => {
    const measured = metrics(new CounterReader(nothing));
    const routes = new Map([["/metrics", measured.route]]);
    const health = await serveHealth({ host: "127.0.0.1", port: 0, notReady: () => undefined, routes });
    onTestFinished(() => health.close());
    const response = await fetch(`http://127.0.0.1:${health.port}/metrics`);
    expect(response.headers.get("content-type")).toMatch(/^text\/plain; version=0\.0\.4/);
    const text = await response.text();
    expect(text).toContain("# TYPE selvedge_applies_total counter\nselvedge_applies_total 0\n");
    expect(text).toMatch(/^process_resident_memory_bytes \d+$/m);
  });
});
