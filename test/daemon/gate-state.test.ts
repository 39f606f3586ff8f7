import { describe, expect, test } from "vitest";
import { parseCidr } from "../../src/core/cidr.ts";
import { gateState } from "../../src/daemon/gate-state.ts";
import { Guests } from "../../src/daemon/guests.ts";
import { must } from "../support/must.ts";
import { pod } from "../support/scenario.ts";

const podCidrs = [must(parseCidr("10.244.1.0/24"))];
const inside = pod("a/in", { ips: ["10.244.1.5"] });
const outside = pod("a/out", { ips: ["10.99.0.5"] });
const facts = { mode: "auto", podCidrs, local: [inside], guest: undefined } as const;

describe("the start gate is", () => {
  test("on where the pod CIDRs are known", () => {
    for (const local of [[], [inside], [inside, outside]])
      expect(gateState({ ...facts, local })).toEqual({ kind: "on", podCidrs });
  });

  test("off by an operator's word", () => {
    expect(gateState({ ...facts, mode: "off" })).toMatchObject({ kind: "off", isAsked: true });
  });

  test.each([
    ["they are unknown", { podCidrs: [] }, "the Node has no spec.podCIDRs"],
    [
      "this node's pods are elsewhere",
      { local: [outside] },
      "no pod of this node has an address in the Node's spec.podCIDRs",
    ],
    [
      "another node's pods are in them",
      { guest: "a/b" },
      "a/b of another node has an address in this node's spec.podCIDRs",
    ],
  ])("off by itself where %s", (_, difference, why) => {
    expect(gateState({ ...facts, ...difference })).toEqual({ kind: "off", isAsked: false, why });
  });
});

test("guests are pods of other nodes, as long as they run there with such an address", () => {
  const guests = new Guests("n1");
  const away = pod("a/away", { ips: ["10.244.1.9"], node: "n2" });
  guests.setPod("a/away", away);
  expect(guests.first()).toBeUndefined();
  guests.setPodCidrs(podCidrs, () => [["a/away", away]]);
  expect(guests.first()).toBe("a/away");
  for (const other of [
    { ...away, finished: true },
    { ...away, node: "n1" },
    { ...away, hostNetwork: true },
  ]) {
    guests.setPod("a/away", other);
    expect(guests.first()).toBeUndefined();
    guests.setPod("a/away", away);
  }
  guests.setPod("a/away", undefined);
  expect(guests.first()).toBeUndefined();
});
