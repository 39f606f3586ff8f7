/* Ends of which something is not known yet: the answer is sure where it would be the same whatever that is. */
import { describe, expect, test } from "vitest";
import { addressSet } from "../../src/core/address-set.ts";
import { parseAddress } from "../../src/core/address.ts";
import { parseCidr } from "../../src/core/cidr.ts";
import { compile } from "../../src/core/compile.ts";
import { type End, isExempt, isWithin } from "../../src/core/end.ts";
import { type Verdict, evaluate } from "../../src/core/evaluate.ts";
import { cluster, pod, pods, policy } from "../support/scenario.ts";
import { must } from "../support/must.ts";

const web = must(pods.find(({ name }) => name === "web"));

function verdict(cidrs: readonly string[], source: End): Verdict {
  const from = cidrs.map((cidr) => ({ ipBlock: { cidr } }));
  const program = compile(
    cluster([policy({ podSelector: { matchLabels: { app: "web" } }, ingress: [{ from }] })]),
  );
  const destination: End = { kind: "pod", pod: web };
  return evaluate(program, { source, destination, family: "IPv4", flow: { protocol: "TCP", port: 80 } });
}

describe("an ipBlock", () => {
  const written: End = { kind: "pod", pod: { ...pod("bank/written", {}), addresses: "unknown" } };

  test("of every address matches an unknown one; any smaller one may", () => {
    expect(verdict(["0.0.0.0/0"], written)).toBe("allowed");
    expect(verdict(["0.0.0.0/1", "128.0.0.0/1"], written)).toBe("allowed");
    expect(verdict(["0.0.0.0/1"], written)).toBe("depends");
    expect(verdict(["::/0"], written)).toBe("denied");
  });

  test("that holds one of a pod's two addresses of a family may match", () => {
    const two: End = { kind: "pod", pod: pod("bank/two", { ips: ["10.0.0.8", "10.0.0.9", "fd00::9"] }) };
    expect(verdict(["10.0.0.8/31"], two)).toBe("allowed");
    expect(verdict(["10.0.0.8/32"], two)).toBe("depends");
    expect(verdict(["10.0.0.6/32"], two)).toBe("denied");
  });
});

describe("a pod's own node", () => {
  const node = (name: string | undefined): End => ({ kind: "node", name, addresses: "unknown" });

  test("may be one that nobody has named", () => {
    expect(verdict(["10.0.0.8/32"], node("n1"))).toBe("allowed");
    expect(verdict(["::/0"], node("n2"))).toBe("denied");
    expect(verdict(["::/0"], node(undefined))).toBe("depends");
  });
});

test("two replicas of one workload are two pods, and one replica is itself", () => {
  const replica = (number: number): End => ({ kind: "pod", pod: web, replica: number });
  const program = compile(cluster([policy({ podSelector: {} })]));
  const between = (a: number, b: number): Verdict =>
    evaluate(program, {
      source: replica(a),
      destination: replica(b),
      family: "IPv4",
      flow: { protocol: "TCP", port: 80 },
    });
  expect(between(0, 0)).toBe("allowed");
  expect(between(0, 1)).toBe("denied");
});

describe("what is not known is answered with maybe", () => {
  const block = (...cidrs: string[]) => addressSet(cidrs.map((cidr) => must(parseCidr(cidr))));
  const written: End = { kind: "pod", pod: { ...pod("bank/written", {}), addresses: "unknown" } };
  const two: End = { kind: "pod", pod: pod("bank/two", { ips: ["10.0.0.8", "10.0.0.9"] }) };

  test("where an address lies", () => {
    const answers = [
      isWithin(written, block("10.0.0.0/8"), "IPv4"),
      isWithin(written, block("0.0.0.0/0"), "IPv4"),
      isWithin(written, block("0.0.0.0/0"), "IPv6"),
      isWithin(two, block("10.0.0.8/32"), "IPv4"),
      isWithin(two, block("10.0.0.8/31"), "IPv4"),
      isWithin(two, block("10.0.0.7/32"), "IPv4"),
    ];
    expect(answers).toEqual(["maybe", "yes", "no", "maybe", "yes", "no"]);
  });

  test("but for the address that a pod's end is narrowed to", () => {
    const narrowed = (text: string): End => ({ ...two, address: must(parseAddress(text)) });
    expect(isWithin(narrowed("10.0.0.8"), block("10.0.0.8/32"), "IPv4")).toBe("yes");
    expect(isWithin(narrowed("10.0.0.9"), block("10.0.0.8/32"), "IPv4")).toBe("no");
    expect(
      isWithin({ kind: "address", address: must(parseAddress("10.0.0.8")) }, block("::/0"), "IPv6"),
    ).toBe("no");
  });

  test("whether a pod is on a node", () => {
    const onNode = (name: string | undefined): End => ({ kind: "node", name, addresses: "unknown" });
    const homeless: End = { kind: "pod", pod: { ...pod("bank/late", {}), node: undefined } };
    const here: End = { kind: "pod", pod: pod("bank/here", {}) };
    const pairs: readonly (readonly [End, End])[] = [
      [here, onNode("n1")],
      [onNode("n1"), here],
      [here, onNode("n2")],
      [here, onNode(undefined)],
      [homeless, onNode("n1")],
      [onNode("n1"), onNode("n1")],
      [here, { kind: "address", address: must(parseAddress("10.0.0.8")) }],
    ];
    expect(pairs.map(([a, b]) => isExempt(a, b))).toEqual(["yes", "yes", "no", "maybe", "maybe", "no", "no"]);
  });
});
