import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type Family, addressBits, parseAddress } from "../../src/core/address.ts";
import { digest } from "../../src/core/digest.ts";
import { CLOSED, type Leaf, dispatchChains } from "../../src/render/dispatch.ts";
import { addressOfBits, bitsOfAddress, following } from "../support/bits.ts";
import { must } from "../support/must.ts";
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
      addresses
        .sort()
        .map((bits, i) => ({ address: addressOfBits(bits), pod: `ns/p${i}`, classId: digest(`${i % 2}`) })),
    );
};

/** The trie in a table of its own, in which class 0 lets everything through and class 1 nothing. */
function examine(leaves: readonly Leaf[]): number {
  const [first] = leaves;
  if (first === undefined) return 0;
  const classes = [digest("0"), digest("1")].map((id) => `SV-C-${id.slice(0, 22)}`);
  const chains = dispatchChains("ingress", leaves);
  for (const rules of chains.values()) expect(rules.length).toBeLessThanOrEqual(17);
  const text = [
    "*mangle",
    ...[...chains.keys(), ...classes].map((name) => `:${name} - [0:0]`),
    ...[...chains].flatMap(([name, rules]) => rules.map((rule) => `-A ${name} ${rule}`)),
    `-A ${classes[0]} -j RETURN`,
    `-A ${classes[1]} -j DROP`,
    "-I FORWARD 1 -j SV-INGRESS",
    "COMMIT",
  ].join("\n");
  const table = restore(emptyTable(bitsOfAddress(first.address).length), text, new Map());
  const isLetIn = (destination: string): boolean =>
    passes(table, "FORWARD", {
      source: destination,
      destination,
      protocol: "udp",
      state: "NEW",
      hasLocalSource: false,
    });
  const all = new Set(leaves.map(({ address }) => bitsOfAddress(address)));
  for (const [i, { address }] of leaves.entries()) {
    const bits = bitsOfAddress(address);
    expect(isLetIn(bits), `pod ${i} at ${bits}`).toBe(i % 2 === 0);
    const next = following(bits);
    if (next !== undefined && !all.has(next)) expect(isLetIn(next), `nobody at ${next}`).toBe(false);
  }
  return leaves.length * 2;
}

test.each(["IPv4", "IPv6"] as const)(
  "every %s address reaches its class through short chains, and what has no class is closed",
  (family) => search(`${family} dispatch`, { cases: leavesOf(family), inTest: 100 }, examine),
  SEARCH_TIMEOUT,
);

const row = (count: number, first: string, step = 1n): Leaf[] => {
  const start = must(parseAddress(first));
  return Array.from({ length: count }, (_, i) => ({
    address: { ...start, value: start.value + BigInt(i) * step },
    pod: `ns/p${i}`,
    classId: digest("0"),
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

test("where nobody is isolated there is a chain, which is closed", () => {
  expect(dispatchChains("ingress", [])).toEqual(new Map([["SV-INGRESS", [CLOSED]]]));
});
