import { expect, test } from "vitest";
import type { Pod } from "../../src/core/cluster.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { bitsOfAddress, textOfBits } from "../support/bits.ts";
import { pod } from "../support/scenario.ts";

/** Who lives, and where. */
const living = (...pods: Pod[]): Record<string, readonly string[] | "unknown"> =>
  Object.fromEntries(
    livePods(pods).map(({ name, addresses }) => [
      name,
      addresses === "unknown" ? addresses : addresses.map((each) => textOfBits(bitsOfAddress(each))),
    ]),
  );

test("hostNetwork pods, finished pods and pods without an address are left out; pods of unknown address are not", () => {
  const ips = ["10.0.0.1"];
  expect(
    living(
      pod("a/host", { ips, hostNetwork: true }),
      pod("a/done", { ips, finished: true }),
      pod("a/unborn", {}),
      pod("a/alive", { ips }),
      { ...pod("a/written", {}), addresses: "unknown" },
    ),
  ).toEqual({ alive: ips, written: "unknown" });
});

test("the newest pod has an address that two claim; the other keeps what is its own", () => {
  const old = pod("a/old", { ips: ["10.0.0.1", "10.0.0.2"], createdAt: 1 });
  const young = pod("a/young", { ips: ["10.0.0.1"], createdAt: 2 });
  const expected = { old: ["10.0.0.2"], young: ["10.0.0.1"] };
  expect(living(old, young)).toEqual(expected);
  expect(living(young, old)).toEqual(expected);
});

test("a pod that lost all its addresses is gone", () => {
  const old = pod("a/old", { ips: ["10.0.0.1"], createdAt: 1 });
  const young = pod("a/young", { ips: ["10.0.0.1"], createdAt: 2 });
  expect(living(old, young)).toEqual({ young: ["10.0.0.1"] });
});

test("of one age, the first by key has it, whatever the order", () => {
  const [first, second] = [pod("a/p", { ips: ["10.0.0.1"] }), pod("b/a", { ips: ["10.0.0.1"] })];
  expect(Object.keys(living(second, first))).toEqual(["p"]);
  expect(Object.keys(living(first, second))).toEqual(["p"]);
});

test("a pod that keeps all that it claims is the same value", () => {
  const both = pod("a/p", { ips: ["10.0.0.1", "fd00::1"] });
  expect(livePods([both])[0]).toBe(both);
});
