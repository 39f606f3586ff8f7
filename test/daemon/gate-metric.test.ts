import { Registry } from "prom-client";
import { expect, test } from "vitest";
import { parseCidr } from "../../src/core/cidr.ts";
import type { GateState } from "../../src/daemon/gate-state.ts";
import { enforcerMetrics } from "../../src/daemon/metrics/enforcer-metrics.ts";
import { gateLine, readGateLine } from "../../src/kernel/gate-line.ts";
import { must } from "../support/must.ts";
import { PATIENCE, rig } from "./fixture.ts";

const blocks = ["10.244.1.0/24", "fd00::/64"].map((text) => must(parseCidr(text)));

test("the start gate's state, said in a line, is read again among others", () => {
  const states: readonly GateState[] = [
    { kind: "on", podCidrs: blocks },
    { kind: "off", isAsked: true, why: "--start-gate=off" },
    { kind: "off", isAsked: false, why: "the Node has no spec.podCIDRs" },
  ];
  expect(states.map((state) => readGateLine(`ok\n${gateLine(state)}\n`))).toEqual([
    { kind: "on", where: "10.244.1.0/24 fd00::/64" },
    ...states.slice(1),
  ]);
  expect(readGateLine("ok")).toBeUndefined();
});

test.each([
  ["asked-off", { startGate: "off" }],
  ["off", {}],
] as const)("the metric of the start gate is 1 at %s", async (word, options) => {
  const registry = new Registry();
  (await rig()).start({ ...options, observers: [enforcerMetrics([registry])] });
  const states = async (): Promise<Record<string, number>> => {
    const { values } = must(await registry.getSingleMetric("selvedge_start_gate")?.get());
    return Object.fromEntries(values.map(({ labels, value }) => [labels["state"], value]));
  };
  const zero = { on: 0, "asked-off": 0, off: 0 };
  await expect.poll(states, PATIENCE).toEqual({ ...zero, [word]: 1 });
});
