import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Family, addressBits, parseAddress } from "../../src/core/address.ts";
import { parseCidr } from "../../src/core/cidr.ts";
import { digest } from "../../src/core/digest.ts";
import { dispatchChains, entryRules, restRules } from "../../src/render/dispatch.ts";
import type { Leaf } from "../../src/render/leaves.ts";
import { addressOfBits, bitsOfAddress, following } from "../support/bits.ts";
import { must } from "../support/must.ts";
import { type MemorySet, createSet } from "../support/netfilter/ipset.ts";
import { emptyTable, restore } from "../support/netfilter/table.ts";
import { passes } from "../support/netfilter/traverse.ts";
import { search, SEARCH_TIMEOUT } from "../support/search.ts";

/** Addresses in clumps, as pods have them, and far apart. */
const leavesOf = (family: Family): fc.Arbitrary<readonly Leaf[]> => {
  const width = addressBits[family];
  const near = fc
    .nat(600)
    .map((offset) => `${"1010".padEnd(width - 16, "0")}${offset.toString(2).padStart(16, "0")}`);
  const far = fc
    .bigInt(1n, (1n << BigInt(width)) - 1n)
    .map((value) => value.toString(2).padStart(width, "0"));
  return fc
    .uniqueArray(fc.oneof({ weight: 9, arbitrary: near }, { weight: 1, arbitrary: far }), {
      maxLength: 120,
      size: "max",
    })
    .map((addresses) =>
      addresses.sort().map((bits, i) => ({
        address: addressOfBits(bits),
        pod: `ns/p${i}`,
        classId: digest(`${i % 2}`),
        ports: [],
      })),
    );
};

/** The trie in a table of its own, in which class 0 lets everything through and class 1 nothing. */
function examine(leaves: readonly Leaf[]): number {
  const [first] = leaves;
  if (first === undefined) return 0;
  const classes = [digest("0"), digest("1")].map((id) => `SV-C-${id.slice(0, 22)}`);
  const chains = dispatchChains("ingress", leaves);
  for (const rules of chains.values()) expect(rules.length).toBeLessThanOrEqual(33);
  const text = [
    "*mangle",
    ...[...chains.keys(), ...classes, "SV-I-REST"].map((name) => `:${name} - [0:0]`),
    ...[...chains].flatMap(([name, rules]) => rules.map((rule) => `-A ${name} ${rule}`)),
    `-A ${classes[0]} -j RETURN`,
    `-A ${classes[1]} -j DROP`,
    ...restRules("ingress", "isolated", []).map((rule) => `-A SV-I-REST ${rule}`),
    ...entryRules("ingress", leaves, []).map((rule) => `-A FORWARD ${rule}`),
    "COMMIT",
  ].join("\n");
  const width = bitsOfAddress(first.address).length;
  const all = new Set(leaves.map(({ address }) => bitsOfAddress(address)));
  const last = [...all].at(-1) ?? "";
  // Between the leaves; every other one is isolated as well, and the trie does not know it.
  const strangers = [...all]
    .flatMap((bits) => following(bits) ?? [])
    .filter((bits) => bits < last && !all.has(bits));
  const closed = new Set(strangers.filter((_, i) => i % 2 === 0));
  const entries = [...all, ...closed].map((bits): [string, string] => [bits, bits]);
  const isolated: MemorySet = {
    ...createSet(["isolated", "hash:ip", "family", width === 32 ? "inet" : "inet6"]),
    entries: new Map(entries),
  };
  const table = restore(emptyTable(width), text, new Map([["isolated", isolated]]));
  const isLetIn = (destination: string): boolean =>
    passes(table, "FORWARD", {
      // Any other: what a pod sends to itself is not judged.
      source: destination.replaceAll(/./g, (bit) => (bit === "0" ? "1" : "0")),
      destination,
      protocol: "udp",
      state: "NEW",
      hasLocalSource: false,
    });
  for (const [i, { address }] of leaves.entries()) {
    const bits = bitsOfAddress(address);
    expect(isLetIn(bits), `pod ${i} at ${bits}`).toBe(i % 2 === 0);
  }
  for (const bits of strangers) expect(isLetIn(bits), `a stranger at ${bits}`).toBe(!closed.has(bits));
  return leaves.length + strangers.length;
}

test.each(["IPv4", "IPv6"] as const)(
  "every %s address reaches its class through short chains; of others, who is isolated is closed",
  (family) => search(`${family} dispatch`, { cases: leavesOf(family), inTest: 100 }, examine),
  SEARCH_TIMEOUT,
);

const row = (count: number, first: string, step = 1n): Leaf[] => {
  const start = must(parseAddress(first));
  return Array.from({ length: count }, (_, i) => ({
    address: { ...start, value: start.value + BigInt(i) * step },
    pod: `ns/p${i}`,
    classId: digest("0"),
    ports: [],
  }));
};
const chainNames = (leaves: readonly Leaf[], direction: "ingress" | "egress" = "ingress"): string[] => [
  ...dispatchChains(direction, leaves).keys(),
];

test("sixteen addresses are one chain; one more, and each chain looks at four bits more", () => {
  expect(chainNames(row(16, "10.0.0.8"))).toEqual(["SV-INGRESS"]);
  expect(chainNames(row(17, "10.0.0.8"))).toEqual(["SV-INGRESS", "SV-I-10.0.0.0/28", "SV-I-10.0.0.16/28"]);
  expect(chainNames(row(17, "10.0.0.0", 1n << 24n), "egress").slice(0, 3)).toEqual([
    "SV-EGRESS",
    "SV-E-0.0.0.0/4",
    "SV-E-16.0.0.0/4",
  ]);
});

test("bits that all addresses share are not asked for", () => {
  expect(chainNames(row(32, "10.1.2.0"))).toEqual(["SV-INGRESS", "SV-I-10.1.2.0/28", "SV-I-10.1.2.16/28"]);
  expect(dispatchChains("ingress", row(32, "fd00::")).get("SV-INGRESS")).toHaveLength(3);
});

test("the chains of a trie say whose they are", () => {
  const [first] = dispatchChains("egress", row(17, "10.0.0.8")).get("SV-EGRESS") ?? [];
  expect(first?.replace(/ #[a-z2-7]{10}"/, '"')).toBe(
    '-s 10.0.0.0/28 -m comment --comment "pods of 10.0.0.0/28" -g SV-E-10.0.0.0/28',
  );
});

test("where nobody is isolated there is a chain, which leads to the rest", () => {
  const [rule, ...others] = dispatchChains("ingress", []).get("SV-INGRESS") ?? [];
  expect(rule).toMatch(/ -g SV-I-REST$/);
  expect(others).toEqual([]);
});

test("only who may be in the trie, or lies in a block of the start gate, is led to it, and once", () => {
  const entries = (leaves: readonly Leaf[], gated: readonly string[] = []): string[] =>
    entryRules(
      "egress",
      leaves,
      gated.map((cidr) => must(parseCidr(cidr))),
    ).map((rule) => rule.replace(/-m comment --comment "[^"]*" /, ""));
  expect(entries([])).toEqual(["-j SV-EGRESS"]);
  expect(entries(row(1, "10.0.0.8"))).toEqual(["-s 10.0.0.8/32 -j SV-EGRESS"]);
  expect(entries(row(17, "10.0.0.8"))).toEqual(["-s 10.0.0.0/24 -j SV-EGRESS"]);
  expect(entries(row(17, "fd00::8"))).toEqual(["-s fd00::/120 -j SV-EGRESS"]);
  const scattered = row(17, "10.0.0.0", 1n << 27n);
  expect(entries(scattered)).toEqual(["-j SV-EGRESS"]);
  expect(entries(scattered, ["10.0.0.0/24"])).toEqual(["-j SV-EGRESS"]);
  const [block, other] = ["-s 10.0.0.0/24 -j SV-EGRESS", "-s 10.0.1.0/24 -j SV-EGRESS"];
  expect(entries([], ["10.0.0.0/24"])).toEqual([block]);
  expect(entries(row(17, "10.0.0.8"), ["10.0.0.0/24", "10.0.1.0/24"])).toEqual([block, other]);
  expect(entries(row(17, "10.0.1.8"), ["10.0.0.0/24"])).toEqual([block, other]);
  expect(entries(row(2, "9.0.0.0", 1n << 25n), ["10.0.0.0/24"])).toEqual(["-s 0.0.0.0/4 -j SV-EGRESS"]);
  expect(entries(row(1, "10.0.0.8"), ["10.0.0.0/24", "10.0.0.0/24", "10.0.0.0/25"])).toEqual([block]);
});
