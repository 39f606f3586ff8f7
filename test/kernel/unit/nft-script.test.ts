import { describe, expect, test } from "vitest";
import { planNftables } from "../../../src/kernel/nftables/plan-nftables.ts";
import { nftScript } from "../../../src/kernel/nftables/script.ts";
import { SetRooms } from "../../../src/kernel/nftables/set-rooms.ts";
import { stateAfter } from "../../../src/kernel/plan.ts";
import type { Standing } from "../../../src/kernel/standing.ts";
import { nothingStands } from "../../../src/kernel/state.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { nftRule, nftRuleset, setOfType } from "./nft-rulesets.ts";

const nothing: Standing = {
  kind: "read",
  state: { sets: new Map(), tables: { IPv4: nothingStands, IPv6: nothingStands } },
};
const read = (left: Ruleset): Standing => ({ kind: "read", state: stateAfter(left) });
const left = (ruleset: Ruleset): Standing => ({ kind: "left", ruleset, stayed: [] });

function commands(standing: Standing, wanted: Ruleset, rooms = new SetRooms()): string[] {
  return planNftables(standing, wanted, rooms)
    .map(({ plan, anew }) => nftScript(plan, anew ?? new Set()))
    .join("")
    .split("\n")
    .filter((line) => line !== "");
}

const allow = nftRule("ip saddr @SV4-G-a counter return");
const drop = nftRule("counter drop");
const judged = nftRule("ct state established,related accept");

const one = nftRuleset({
  sets: {
    "SV4-G-a": setOfType("hash:ip", "10.0.0.1"),
    "SV4-P-a": setOfType("hash:ip,port", "10.0.0.1,tcp:80"),
    "SV4-verdicts-ingress": setOfType("verdicts", "10.244.1.1 : goto SV-C-a"),
  },
  chains: { "SV-C-a": [allow, drop] },
});

test("a table that is not there is made, whole, and so is one that is not ours", () => {
  expect(commands(nothing, one)).toEqual([
    "add table ip selvedge",
    "delete table ip selvedge",
    "add table ip selvedge",
    "add chain ip selvedge FORWARD { type filter hook forward priority mangle; policy accept; }",
    "add chain ip selvedge OUTPUT { type filter hook output priority mangle; policy accept; }",
    "add chain ip selvedge SV-C-a",
    "flush chain ip selvedge FORWARD",
    "flush chain ip selvedge OUTPUT",
    "flush chain ip selvedge SV-C-a",
    "add set ip selvedge SV4-G-a { typeof ip saddr; size 64; }",
    "add set ip selvedge SV4-P-a { type ipv4_addr . inet_proto . inet_service; size 64; }",
    "add map ip selvedge SV4-verdicts-ingress { typeof ip saddr : verdict; size 512; }",
    "add element ip selvedge SV4-G-a { 10.0.0.1 }",
    "add element ip selvedge SV4-P-a { 10.0.0.1 . tcp . 80 }",
    "add element ip selvedge SV4-verdicts-ingress { 10.244.1.1 : goto SV-C-a }",
    `add rule ip selvedge FORWARD ${judged}`,
    `add rule ip selvedge SV-C-a ${allow}`,
    `add rule ip selvedge SV-C-a ${drop}`,
    "add table ip6 selvedge",
    "delete table ip6 selvedge",
    "add table ip6 selvedge",
    "add chain ip6 selvedge FORWARD { type filter hook forward priority mangle; policy accept; }",
    "add chain ip6 selvedge OUTPUT { type filter hook output priority mangle; policy accept; }",
    "flush chain ip6 selvedge FORWARD",
    "flush chain ip6 selvedge OUTPUT",
    `add rule ip6 selvedge FORWARD ${judged}`,
  ]);
});

test.each([
  ["read", read],
  ["left", left],
] as const)("of what was %s only what differs is written: what names before what is named", (_, from) => {
  const other = nftRuleset({
    sets: {
      "SV4-G-a": setOfType("hash:ip", "10.0.0.2"),
      "SV4-verdicts-ingress": setOfType("verdicts", "10.244.1.1 : goto SV-C-a"),
      "SV4-N-b": setOfType("hash:net", "192.0.2.0/24", "198.51.100.1"),
    },
    chains: { "SV-C-a": [allow, drop], "SV-MID-STREAM": [drop] },
  });
  expect(commands(from(one), one)).toEqual([]);
  expect(commands(from(one), other)).toEqual([
    "add chain ip selvedge SV-MID-STREAM",
    "flush chain ip selvedge SV-MID-STREAM",
    "add set ip selvedge SV4-N-b { typeof ip saddr; flags interval; }",
    "delete element ip selvedge SV4-G-a { 10.0.0.1 }",
    "add element ip selvedge SV4-G-a { 10.0.0.2 }",
    "add element ip selvedge SV4-N-b { 192.0.2.0/24, 198.51.100.1 }",
    `add rule ip selvedge SV-MID-STREAM ${drop}`,
    "delete set ip selvedge SV4-P-a",
  ]);
});

/** Two pods of a node, each judged by the class that is named, and a class's rules. */
const judging = (classes: readonly [string, string], chains: Readonly<Record<string, string[]>>): Ruleset => {
  const elements = classes.map((name, i) => `10.244.1.${i + 1} : goto SV-C-${name}`);
  return nftRuleset({
    sets: { "SV4-verdicts-ingress": setOfType("verdicts", ...elements) },
    chains: { "SV-INGRESS": [nftRule("ip daddr vmap @SV4-verdicts-ingress")], ...chains },
  });
};

test.each([
  ["read", read],
  ["left", left],
] as const)("of what was %s a class that another takes the place of keeps its chain", (_, from) => {
  const seen = (name: string): string => nftRule(`limit rate 10/second log prefix "SV ingress SV-C-${name}"`);
  const before = judging(["a", "a"], {
    "SV-C-a": [nftRule("goto SV-C-a-rest")],
    "SV-C-a-rest": [seen("a"), drop],
  });
  const after = judging(["b", "b"], {
    "SV-C-b": [nftRule("goto SV-C-b-rest")],
    "SV-C-b-rest": [seen("b"), drop],
  });
  const onwards = nftRule("goto SV-C-b-rest").replace("goto SV-C-b-rest", "goto SV-C-a-rest");
  expect(commands(from(before), after)).toEqual([
    "add chain ip selvedge SV-C-a",
    "add chain ip selvedge SV-C-a-rest",
    "flush chain ip selvedge SV-C-a",
    "flush chain ip selvedge SV-C-a-rest",
    `add rule ip selvedge SV-C-a ${onwards}`,
    `add rule ip selvedge SV-C-a-rest ${seen("b")}`,
    `add rule ip selvedge SV-C-a-rest ${drop}`,
    "rename chain ip selvedge SV-C-a SV-C-b",
    "rename chain ip selvedge SV-C-a-rest SV-C-b-rest",
  ]);
});

test.each([
  ["read", read],
  ["left", left],
] as const)("of what was %s a class that parts from another is written before the way to it", (_, from) => {
  const before = judging(["a", "a"], { "SV-C-a": [drop] });
  const after = judging(["a", "b"], { "SV-C-a": [drop], "SV-C-b": [drop] });
  expect(commands(from(before), after)).toEqual([
    "add chain ip selvedge SV-C-b",
    "flush chain ip selvedge SV-C-b",
    `add rule ip selvedge SV-C-b ${drop}`,
    "delete element ip selvedge SV4-verdicts-ingress { 10.244.1.2 }",
    "add element ip selvedge SV4-verdicts-ingress { 10.244.1.2 : goto SV-C-b }",
  ]);
});

test("a pair is deleted by both of its addresses, and so is one that is said to be another's", () => {
  const pairs = (...pods: readonly string[]) =>
    nftRuleset({
      sets: { "SV4-self": setOfType("pairs", ...pods.map((pod) => `10.0.0.1 . 10.0.0.1 comment "${pod}"`)) },
    });
  expect(commands(read(pairs("shop/web")), pairs("shop/db"))).toEqual([
    "delete element ip selvedge SV4-self { 10.0.0.1 . 10.0.0.1 }",
    'add element ip selvedge SV4-self { 10.0.0.1 . 10.0.0.1 comment "shop/db" }',
  ]);
  expect(commands(read(pairs("shop/web")), pairs())).toEqual([
    "delete element ip selvedge SV4-self { 10.0.0.1 . 10.0.0.1 }",
  ]);
});

test("a pair is deleted by both of its addresses, and many elements by many commands", () => {
  const pairs = (...entries: readonly string[]) =>
    nftRuleset({ sets: { "SV4-self": setOfType("pairs", ...entries) } });
  expect(commands(read(pairs("10.0.0.1 . 10.0.0.1", "10.0.0.2 . 10.0.0.2")), pairs())).toEqual([
    "delete element ip selvedge SV4-self { 10.0.0.1 . 10.0.0.1, 10.0.0.2 . 10.0.0.2 }",
  ]);
  const many = Array.from({ length: 25_000 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
  const crowded = nftRuleset({ sets: { "SV4-G-a": setOfType("hash:ip", ...many) } });
  const empty = nftRuleset({ sets: { "SV4-G-a": setOfType("hash:ip") } });
  const moved = commands(read(empty), crowded);
  expect(moved).toHaveLength(3);
  expect(moved.flatMap((line) => line.split(/[ {},]+/).filter((word) => word.startsWith("10.")))).toEqual(
    many,
  );
});

test("a family in which a set would have to become another is made anew, and only that", () => {
  const other = nftRuleset({ sets: { "SV4-G-a": setOfType("hash:net", "10.0.0.1") } });
  const lines = commands(read(one), other);
  expect(lines.slice(0, 8)).toEqual([
    "add table ip selvedge",
    "delete table ip selvedge",
    "add table ip selvedge",
    "add chain ip selvedge FORWARD { type filter hook forward priority mangle; policy accept; }",
    "add chain ip selvedge OUTPUT { type filter hook output priority mangle; policy accept; }",
    "flush chain ip selvedge FORWARD",
    "flush chain ip selvedge OUTPUT",
    "add set ip selvedge SV4-G-a { typeof ip saddr; flags interval; }",
  ]);
  expect(lines.filter((line) => line.includes("ip6") || line.includes("SV-C-a"))).toEqual([]);
});

describe("a set that was told how much it shall hold", () => {
  const addresses = (count: number): string[] => Array.from({ length: count }, (_, i) => `10.0.0.${i}`);
  const crowd = (count: number): Ruleset =>
    nftRuleset({
      sets: {
        "SV4-G-a": setOfType("hash:ip", ...addresses(count)),
        "SV4-verdicts-ingress": setOfType("verdicts", "10.244.1.1 : goto SV-C-a"),
      },
      chains: { "SV-C-a": [allow, drop], "SV-C-b": [drop] },
    });
  const added = (of: string): string => `add element ip selvedge SV4-G-a { ${of} }`;

  test("takes what it has room for, and is made anew with the rules that name it where it has not", () => {
    const rooms = new SetRooms();
    commands(nothing, crowd(30), rooms);
    expect(commands(left(crowd(30)), crowd(64), rooms)).toEqual([added(addresses(64).slice(30).join(", "))]);
    expect(commands(left(crowd(64)), crowd(65), rooms)).toEqual([
      "add chain ip selvedge SV-C-a",
      "flush chain ip selvedge SV-C-a",
      "delete set ip selvedge SV4-G-a",
      "add set ip selvedge SV4-G-a { typeof ip saddr; size 256; }",
      added(addresses(65).join(", ")),
      `add rule ip selvedge SV-C-a ${allow}`,
      `add rule ip selvedge SV-C-a ${drop}`,
    ]);
    expect(commands(left(crowd(65)), crowd(256), rooms)).toHaveLength(1);
  });

  test.each([
    [64, 1],
    [256, 0],
    [undefined, 0],
  ])("by others, or by whoever was here before: room for %s", (room, remade) => {
    const standing = stateAfter(crowd(30));
    const sets = new Map(
      [...standing.sets].map(([name, set]) => [name, room === undefined ? set : { ...set, room }]),
    );
    const rooms = new SetRooms();
    // What was believed before.
    commands(nothing, crowd(room === 64 ? 100 : 1), rooms);
    const lines = commands({ kind: "read", state: { ...standing, sets } }, crowd(65), rooms);
    expect(lines.filter((line) => line.startsWith("delete set"))).toHaveLength(remade);
  });

  test("may grow as it likes once it is big", () => {
    const rooms = new SetRooms();
    commands(nothing, crowd(200), rooms);
    const grown = commands(left(crowd(200)), crowd(600), rooms);
    expect(grown).toContain("add set ip selvedge SV4-G-a { typeof ip saddr; }");
    expect(commands(left(crowd(600)), crowd(5000), rooms)).toHaveLength(1);
  });

  test("has room for what goes beside what comes", () => {
    const rooms = new SetRooms();
    const [some, others] = [addresses(60).slice(0, 30), addresses(100).slice(60)];
    const group = (members: readonly string[]) =>
      nftRuleset({ sets: { "SV4-G-a": setOfType("hash:ip", ...members) } });
    commands(nothing, group(some), rooms);
    expect(commands(left(group(some)), group(others), rooms)).toEqual([
      "delete set ip selvedge SV4-G-a",
      "add set ip selvedge SV4-G-a { typeof ip saddr; size 128; }",
      added(others.join(", ")),
    ]);
  });
});
