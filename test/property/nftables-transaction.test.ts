/*
 * With nftables a change is one transaction, or a few (what packets meet meanwhile: `nftables-in-flight`). What is to be shown here is
 * that nft takes them, whatever stood before, and that then the very tables stand that are wanted.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Family, families } from "../../src/core/address.ts";
import { parseCidr } from "../../src/core/cidr.ts";
import type { GateScope } from "../../src/core/start-gate.ts";
import { planNftables } from "../../src/kernel/nftables/plan-nftables.ts";
import { nftScript } from "../../src/kernel/nftables/script.ts";
import { SetRooms } from "../../src/kernel/nftables/set-rooms.ts";
import { isEmptyPlan } from "../../src/kernel/plan.ts";
import type { Standing } from "../../src/kernel/standing.ts";
import type { Leg } from "../../src/kernel/walk/plan-walk.ts";
import { withoutFamilies } from "../../src/kernel/without-families.ts";
import type { Host } from "../../src/render/host.ts";
import { NFT_TABLE } from "../../src/render/names.ts";
import { nftablesLayout } from "../../src/render/nftables/nftables.ts";
import type { Ruleset } from "../../src/render/ruleset.ts";
import { nftRule, nftRuleset, setOfType } from "../kernel/unit/nft-rulesets.ts";
import { must } from "../support/must.ts";
import { damagedRuleset } from "../support/nftables/damaged-ruleset.ts";
import { MemoryNft } from "../support/nftables/memory-nft.ts";
import { nftWith } from "../support/nftables/nft-with.ts";
import { readBack } from "../support/nftables/read-back.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { rulesetOf } from "../support/transition.ts";
import { upheavalArbitrary } from "../support/upheaval-arbitrary.ts";

const NODE = "n1";

const scopes: fc.Arbitrary<GateScope | undefined> = fc.option(
  fc.subarray(["10.0.0.0/30", "10.0.1.0/24", "fd00::/64"], { minLength: 1 }).map((blocks) => ({
    podCidrs: blocks.map((block) => must(parseCidr(block))),
    own: [],
  })),
  { nil: undefined },
);

const hosts: fc.Arbitrary<Host> = fc.record({
  selfTraffic: fc.constant("bpf" as const),
  bridges: fc.subarray(["cni0", "br-1"]),
  denial: fc.constantFrom("drop" as const, "reject" as const),
});

/** Two rulesets that follow each other on a node. */
const changes: fc.Arbitrary<readonly [Ruleset, Ruleset]> = fc
  .tuple(upheavalArbitrary, scopes, scopes, hosts, hosts)
  .map(([{ before, after }, ...[scope, nextScope, host, nextHost]]) => [
    rulesetOf(before, NODE, scope, host, nftablesLayout),
    rulesetOf(after, NODE, nextScope, nextHost, nftablesLayout),
  ]);

/** How many are in a set, around what it is made for. */
const counts = fc.constantFrom(0, 1, 31, 32, 33, 63, 64, 65, 127, 128, 129, 255, 256, 257, 512, 513, 1025);

const PODS = Array.from({ length: 2048 }, (_, i) => `10.1.${i >> 8}.${i & 255}`);

/** A crowd in each kind of set; `from` says who, so that many go while others come. */
const crowds: fc.Arbitrary<Ruleset> = fc
  .record({ members: counts, isolated: counts, from: fc.nat(1000), isOpen: fc.boolean() })
  .map(({ members, isolated, from, isOpen }) => {
    const pods = PODS.slice(from, from + isolated);
    return nftRuleset({
      sets: {
        "SV4-G-a": setOfType("hash:ip", ...PODS.slice(from, from + members)),
        "SV4-P-a": setOfType("hash:ip,port", ...PODS.slice(0, members).map((pod) => `${pod},tcp:80`)),
        "SV4-verdicts-ingress": setOfType("verdicts", ...pods.map((pod) => `${pod} : goto SV-C-a`)),
        "SV4-self": setOfType("pairs", ...pods.map((pod) => `${pod} . ${pod}`)),
      },
      chains: {
        "SV-INGRESS": [nftRule("ip daddr vmap @SV4-verdicts-ingress")],
        "SV-C-a": [
          nftRule("ip saddr @SV4-G-a counter return"),
          nftRule("ip daddr . meta l4proto . th dport @SV4-P-a counter return"),
          nftRule("ip saddr . ip daddr @SV4-self return"),
          nftRule(isOpen ? "counter return" : "counter drop"),
        ],
      },
    });
  });

const damages = fc.array(fc.nat(9_999), { minLength: 1, maxLength: 5 });

const byName = <T>(entries: Iterable<readonly [string, T]>): (readonly [string, T])[] =>
  [...entries].toSorted(([a], [b]) => (a < b ? -1 : 1));

/** All that stands in one family, in an order of its own. */
function contentOf(nft: MemoryNft, family: Family) {
  const { sets, chains } = nft.tables.get(family) ?? {};
  return {
    sets: byName(sets ?? []).map(([name, { kind, parts, isInterval, elements }]) => {
      const inside = byName(elements).map(([key, { target }]) => [key, target]);
      return [name, { kind, parts, isInterval, inside }];
    }),
    chains: byName(chains ?? []).map(([name, { base, rules }]) => [
      name,
      { base, rules: rules.map(({ text }) => text) },
    ]),
  };
}

const scriptOf = ({ plan, anew }: Leg): string => nftScript(plan, anew ?? new Set());

const read = (nft: MemoryNft): Standing => ({ kind: "read", state: readBack(nft) });
const left = (ruleset: Ruleset): Standing => ({ kind: "left", ruleset, stayed: [] });

/** Carries plans out, a transaction each; mostly one, at most three before what is wanted. */
function run(nft: MemoryNft, legs: readonly Leg[]): void {
  expect(legs.length).toBeLessThanOrEqual(4);
  for (const leg of legs) nft.run(scriptOf(leg));
}

/** Writes what leads from what stands to `wanted`. */
const bring = (nft: MemoryNft, wanted: Ruleset, standing = read(nft), rooms = new SetRooms()): void =>
  run(nft, planNftables(standing, wanted, rooms));

function expectToHold(nft: MemoryNft, wanted: Ruleset): void {
  const meant = nftWith(wanted);
  for (const family of families) expect(contentOf(nft, family)).toEqual(contentOf(meant, family));
  for (const { plan } of planNftables(read(nft), wanted, new SetRooms()))
    expect(isEmptyPlan(plan)).toBe(true);
}

describe("a transaction of nftables", () => {
  test(
    "leads from what stands to what is wanted, and then nothing is left to write",
    () =>
      search("nftables, from what is read", { cases: changes, inTest: 150 }, ([before, after]) => {
        const nft = new MemoryNft(NFT_TABLE);
        for (const wanted of [before, after, before]) {
          bring(nft, wanted);
          expectToHold(nft, wanted);
        }
        return 3;
      }),
    SEARCH_TIMEOUT,
  );

  test(
    "leads there from what was written last, which is not read again",
    () =>
      search("nftables, from what was written", { cases: changes, inTest: 100 }, ([before, after]) => {
        const nft = new MemoryNft(NFT_TABLE);
        const rooms = new SetRooms();
        bring(nft, before, read(nft), rooms);
        let standing = before;
        for (const wanted of [after, before, after]) {
          bring(nft, wanted, left(standing), rooms);
          expectToHold(nft, wanted);
          standing = wanted;
        }
        return 3;
      }),
    SEARCH_TIMEOUT,
  );

  test(
    "finds room for whoever comes, in sets that were told how many they shall hold",
    () =>
      search(
        "nftables, crowds",
        { cases: fc.array(fc.tuple(crowds, fc.boolean()), { minLength: 2, maxLength: 5 }), inTest: 60 },
        (steps) => {
          const nft = new MemoryNft(NFT_TABLE);
          const rooms = new SetRooms();
          let standing = read(nft);
          for (const [wanted, isReadAgain] of steps) {
            bring(nft, wanted, isReadAgain ? read(nft) : standing, rooms);
            expectToHold(nft, wanted);
            standing = left(wanted);
          }
          return steps.length;
        },
      ),
    SEARCH_TIMEOUT,
  );

  test(
    "leads there whatever somebody did to our tables",
    () =>
      search(
        "nftables, from what was damaged",
        { cases: fc.tuple(changes, damages), inTest: 200 },
        ([[before, after], done]) => {
          const nft = nftWith(damagedRuleset(before, done));
          bring(nft, after);
          expectToHold(nft, after);
          return 1;
        },
      ),
    SEARCH_TIMEOUT,
  );

  test(
    "of one family alone, as it is written where the other is refused, leaves the other as it was",
    () =>
      search("nftables, one family", { cases: changes, inTest: 50 }, ([before, after]) => {
        for (const family of families) {
          const nft = nftWith(before);
          const others = new Set(families.filter((each) => each !== family));
          const legs = planNftables(read(nft), after, new SetRooms());
          run(
            nft,
            legs.map((leg) => ({ ...leg, plan: withoutFamilies(leg.plan, others) })),
          );
          const mixed = nftWith({ ...before, [family]: after[family] });
          for (const each of families) expect(contentOf(nft, each)).toEqual(contentOf(mixed, each));
        }
        return families.length;
      }),
    SEARCH_TIMEOUT,
  );
});
