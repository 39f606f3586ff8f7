import { describe, expect, test } from "vitest";
import { type Family, families } from "../../src/core/address.ts";
import { parseCidr } from "../../src/core/cidr.ts";
import { type GateScope, startGate } from "../../src/core/start-gate.ts";
import { gateRules } from "../../src/render/gate.ts";
import { setTable } from "../../src/render/set-table.ts";
import { addressOfBits, bitsOf, bitsOfAddress, textOfBits } from "../support/bits.ts";
import { must } from "../support/must.ts";
import { pod } from "../support/scenario.ts";

const scope = (podCidrs: string[], own: string[]): GateScope => ({
  podCidrs: podCidrs.map((cidr) => must(parseCidr(cidr))),
  own: own.map((text) => addressOfBits(bitsOf(text))),
});

const readable = (rule: string): string =>
  rule.replace(/ #[a-z2-7]{10}"/, '"').replaceAll(/known-[a-z2-7]{19}(?= )/g, "known-*");

describe("the start gate", () => {
  test("knows, once each, the pods' and the node's own addresses that lie in the pod CIDRs", () => {
    const pods = [
      pod("a/p", { ips: ["10.0.0.1", "10.0.1.1"] }),
      pod("a/q", { ips: ["10.0.0.2"] }),
      { ...pod("a/written", {}), addresses: "unknown" as const },
    ];
    const { known } = startGate(scope(["10.0.0.0/24"], ["10.0.0.1", "10.0.0.254", "192.0.2.1"]), pods);
    expect(known.map((address) => textOfBits(bitsOfAddress(address)))).toEqual([
      "10.0.0.1",
      "10.0.0.2",
      "10.0.0.254",
    ]);
  });

  test("is a rule a block at the end of each trie, and a chain that says what it drops", () => {
    const table = setTable("IPv4", new Map());
    const gate = startGate(scope(["10.0.0.0/24", "fd00::/64"], ["10.0.0.254", "fd00::1"]), []);
    const { blocks, inRest, chains } = gateRules(gate, "IPv4", table);
    expect(blocks).toEqual([parseCidr("10.0.0.0/24")]);
    const words = (way: string) => `start gate: ${way} an address of this node where no pod is known`;
    expect([...inRest.egress, ...inRest.ingress].map(readable)).toEqual([
      `-s 10.0.0.0/24 -m set ! --match-set SV4-known-* src -m comment --comment "${words("from")}" -g SV-GATE`,
      `-d 10.0.0.0/24 -m set ! --match-set SV4-known-* dst -m comment --comment "${words("to")}" -g SV-GATE`,
    ]);
    expect([...chains].map(([name, rules]) => [name, ...rules.map(readable)])).toEqual([
      [
        "SV-GATE",
        '-m bpf --bytecode "6,32 0 0 12,7 0 0 0,32 0 0 16,29 0 1 0,6 0 0 65535,6 0 0 0" -m comment --comment "a pod to itself" -j RETURN',
        '-m limit --limit 10/second --limit-burst 20 -m comment --comment "seen" -j NFLOG --nflog-group 86 --nflog-prefix "SV gate SV-GATE"',
        '-m comment --comment "start gate: closed until this pod is programmed" -j DROP',
      ],
    ]);
    const [[name, set] = []] = table.sets;
    expect(name).toMatch(/^SV4-known-/);
    expect(set).toEqual({ type: "hash:ip", entries: new Set(["10.0.0.254"]), order: "go-first" });
  });

  test("is nothing, not even a set, where there is none or it has no block of the family", () => {
    const gate = startGate(scope(["10.0.0.0/24"], []), []);
    for (const [each, family] of [
      [undefined, "IPv4"],
      [gate, "IPv6"],
    ] as const) {
      const table = setTable(family, new Map());
      expect(gateRules(each, family, table)).toEqual({
        blocks: [],
        inRest: { ingress: [], egress: [] },
        chains: new Map(),
      });
      expect(table.sets.size).toBe(0);
    }
  });

  test("has another set for other blocks, and the same for other addresses", () => {
    const named = (family: Family, blocks: string[], own: string[]): string => {
      const table = setTable(family, new Map());
      gateRules(startGate(scope(blocks, own), []), family, table);
      return [...table.sets.keys()].join();
    };
    const name = named("IPv4", ["10.0.0.0/24"], ["10.0.0.1"]);
    expect(named("IPv4", ["10.0.0.0/24", "fd00::/64"], ["10.0.0.1", "10.0.0.2"])).toBe(name);
    expect(named("IPv4", ["10.0.0.0/25"], ["10.0.0.1"])).not.toBe(name);
    expect(families.map((family) => named(family, ["10.0.0.0/24", "fd00::/64"], []).slice(0, 3))).toEqual([
      "SV4",
      "SV6",
    ]);
  });
});
