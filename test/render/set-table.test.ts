import { describe, expect, test } from "vitest";
import { families } from "../../src/core/address.ts";
import { addressSet, allAddresses } from "../../src/core/address-set.ts";
import { parseCidr } from "../../src/core/cidr.ts";
import { everyPodId } from "../../src/core/normalize.ts";
import type { Group } from "../../src/core/program.ts";
import { setTable } from "../../src/render/set-table.ts";
import { must } from "../support/must.ts";

const blocksOf = (...cidrs: string[]) => addressSet(cidrs.map((cidr) => must(parseCidr(cidr), cidr)));

describe("a set of blocks", () => {
  test("holds /0 as two /1, since hash:net has no /0", () => {
    const entries = families.map((family) => {
      const table = setTable(family, new Map());
      return [...must(table.sets.get(table.blocks(allAddresses))).entries];
    });
    expect(entries).toEqual([
      ["0.0.0.0/1", "128.0.0.0/1"],
      ["::/1", "8000::/1"],
    ]);
  });

  test("holds single addresses without a length, as ipset prints them", () => {
    const set = blocksOf("10.0.0.1/32", "fd00::1/128", "10.0.1.0/24", "fd00:1::/32");
    const entries = families.map((family) => {
      const table = setTable(family, new Map());
      return [...must(table.sets.get(table.blocks(set))).entries];
    });
    expect(entries).toEqual([
      ["10.0.0.1", "10.0.1.0/24"],
      ["fd00::1", "fd00:1::/32"],
    ]);
  });

  test("is named by what it holds", () => {
    const table = setTable("IPv4", new Map());
    expect(table.blocks(blocksOf("10.0.0.0/8"))).toBe(table.blocks(blocksOf("10.0.0.0/9", "10.128.0.0/9")));
    expect(table.blocks(blocksOf("10.0.0.0/8"))).not.toBe(table.blocks(blocksOf("10.0.0.0/9")));
  });
});

test("a set of named ports holds the pods' own numbers, of that name and protocol, in its family", () => {
  const group: Group = {
    id: everyPodId,
    selector: { namespaces: { kind: "named", name: "a" }, pods: { kind: "nothing" } },
    members: [
      {
        pod: "a/one",
        addresses: [
          { family: "IPv4", value: 0x0a000001n },
          { family: "IPv6", value: 1n },
        ],
        ports: [
          { name: "http", protocol: "TCP", port: 80 },
          { name: "http", protocol: "TCP", port: 81 },
          { name: "http", protocol: "UDP", port: 82 },
          { name: "dns", protocol: "TCP", port: 83 },
        ],
      },
      { pod: "a/written", addresses: "unknown", ports: [{ name: "http", protocol: "TCP", port: 84 }] },
    ],
  };
  const table = setTable("IPv4", new Map([[everyPodId, group]]));
  const name = table.namedPortAnywhere({ protocol: "TCP", name: "http" });
  expect([...must(table.sets.get(name)).entries]).toEqual(["10.0.0.1,tcp:80", "10.0.0.1,tcp:81"]);
});

test("a group that nobody knows is a set without members", () => {
  const table = setTable("IPv4", new Map());
  expect(table.sets.get(table.group("nobody"))).toEqual({ type: "hash:ip", entries: new Set() });
});
