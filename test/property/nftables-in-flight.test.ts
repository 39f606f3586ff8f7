/*
 * The kernel lets a packet meet the rules that were in force when it came to a base chain, and the elements of sets and maps as they are
 * when it comes to those. So with nftables a packet may meet half of a transaction, for some 40 ns. And some changes are more
 * transactions than one.
 */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { families } from "../../src/core/address.ts";
import { parseCidr } from "../../src/core/cidr.ts";
import type { Cluster } from "../../src/core/compile.ts";
import type { EgressRule, IngressRule, NetworkPolicyPort } from "../../src/core/network-policy.ts";
import type { GateScope } from "../../src/core/start-gate.ts";
import { planNftables } from "../../src/kernel/nftables/plan-nftables.ts";
import { SetRooms } from "../../src/kernel/nftables/set-rooms.ts";
import { isEmptyPlan } from "../../src/kernel/plan.ts";
import type { Standing } from "../../src/kernel/standing.ts";
import type { Leg } from "../../src/kernel/walk/plan-walk.ts";
import { NFT_TABLE, classChainOf } from "../../src/render/names.ts";
import { nftablesLayout } from "../../src/render/nftables/nftables.ts";
import { setsNamed } from "../../src/render/nftables/sets-named.ts";
import type { Ruleset } from "../../src/render/ruleset.ts";
import { nodes } from "../support/arbitrary/addresses.ts";
import type { Change } from "../support/change-arbitrary.ts";
import {
  EVERYDAY_NODE as NODE,
  backwards,
  oneComes,
  oneIsRelabelled,
  oneTakesAnothersPlace,
} from "../support/everyday.ts";
import { manifests } from "../support/manifests.ts";
import { must } from "../support/must.ts";
import { MemoryNft } from "../support/nftables/memory-nft.ts";
import { nftWith } from "../support/nftables/nft-with.ts";
import { readBack } from "../support/nftables/read-back.ts";
import { watched } from "../support/nftables/watched.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { rulesetOf, samplePackets } from "../support/transition.ts";
import { upheavalArbitrary } from "../support/upheaval-arbitrary.ts";

type Scopes = readonly [GateScope | undefined, GateScope | undefined];

/** Does what may throw, and tells of the change with what was thrown. */
function within<T>({ before, after }: Change, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    throw new Error([message, "# before", manifests(before), "# after", manifests(after)].join("\n"), {
      cause: error,
    });
  }
}

const rulesets = ({ before, after }: Change, scopes: Scopes): readonly [Ruleset, Ruleset] => [
  rulesetOf(before, NODE, scopes[0], undefined, nftablesLayout),
  rulesetOf(after, NODE, scopes[1], undefined, nftablesLayout),
];

const left = (ruleset: Ruleset): Standing => ({ kind: "left", ruleset, stayed: [] });

const examine = (change: Change, scopes: Scopes): number =>
  within(change, () => {
    const [before, after] = rulesets(change, scopes);
    return watched(nftWith(before), left(before), after, samplePackets(change, nodes)).verdicts;
  });

/** An enforcer dies after any transaction, and the next one wants what was there before. */
const examineDeaths = (change: Change, scopes: Scopes): number =>
  within(change, () => {
    const [before, after] = rulesets(change, scopes);
    const packets = samplePackets(change, nodes);
    const { stood } = watched(nftWith(before), left(before), after, packets);
    return stood.reduce((sum, tables) => {
      const nft = new MemoryNft(NFT_TABLE);
      nft.hold(tables);
      return sum + watched(nft, { kind: "read", state: readBack(nft) }, before, packets).verdicts;
    }, 0);
  });

const BOTH: readonly NetworkPolicyPort[] = [{ port: 80 }, { port: 443 }];

/** Every rule for one port is for two: then classes have chains for ports. */
function withMorePorts({ policies, ...rest }: Cluster): Cluster {
  const more = <R extends IngressRule | EgressRule>(rule: R | "invalid"): R | "invalid" =>
    rule !== "invalid" && rule.ports?.length === 1 ? { ...rule, ports: BOTH } : rule;
  return {
    ...rest,
    policies: policies.map(({ spec, ...policy }) => ({
      ...policy,
      spec:
        spec === "invalid"
          ? spec
          : {
              ...spec,
              ...(spec.ingress && { ingress: spec.ingress.map(more) }),
              ...(spec.egress && { egress: spec.egress.map(more) }),
            },
    })),
  };
}

const changes: fc.Arbitrary<Change> = fc.oneof(
  upheavalArbitrary,
  upheavalArbitrary.map(({ before, after }) => ({
    before: withMorePorts(before),
    after: withMorePorts(after),
  })),
  upheavalArbitrary.map(({ before, after }) => ({ before, after: withMorePorts(after) })),
);

const gate = (...blocks: readonly string[]): GateScope => ({
  podCidrs: blocks.map((text) => must(parseCidr(text))),
  own: [],
});

/** Half of the addresses that generated pods have. */
const half = gate("10.0.0.0/24", "fd00::/64");
const elsewhere = gate("10.0.0.0/30", "10.0.1.0/24", "fd00:0:0:1::/64");

describe("with nftables, while rules are changed", () => {
  test.each([
    ["start gate off", [undefined, undefined], 150],
    ["start gate on", [half, half], 150],
    ["start gate comes", [undefined, half], 40],
    ["start gate goes", [half, undefined], 40],
    ["start gate moves", [half, elsewhere], 40],
  ] as const)(
    "what is denied before and after never passes, and what is allowed is not dropped between two writes (%s)",
    (name, scopes, inTest) =>
      search(`nftables in flight, ${name}`, { cases: changes, inTest }, (change) => examine(change, scopes)),
    SEARCH_TIMEOUT,
  );

  test(
    "neither where an enforcer dies between two transactions",
    () =>
      search("nftables in flight, deaths", { cases: changes, inTest: 80 }, (change) =>
        examineDeaths(change, [half, half]),
      ),
    SEARCH_TIMEOUT,
  );
});

describe("with nftables, what changes every day", () => {
  const legsOf = (change: Change, scope: GateScope | undefined) => {
    const [before, after] = rulesets(change, [scope, scope]);
    return planNftables(left(before), after, new SetRooms());
  };
  const own = gate("10.0.0.0/24", "fd00::/64");

  /** Whether a peer goes from one set and comes to another for which the same class asks, who needs the one until he finds the other. */
  const isExchanged = (change: Change): boolean => {
    const [before, after] = rulesets(change, [undefined, undefined]);
    return families.some((family) => {
      const { chains, sets } = before[family];
      const classes = Map.groupBy(chains, ([name]) => classChainOf(name));
      return [...classes].some(([name, own]) => {
        if (name === undefined) return false;
        const asked = new Set(own.flatMap(([, rules]) => rules.flatMap(setsNamed)));
        const changes = [...asked].map((set) => {
          const [was, is] = [sets, after[family].sets].map((each) => each.get(set)?.entries ?? new Set());
          return { comes: must(is).difference(must(was)).size, goes: must(was).difference(must(is)).size };
        });
        return changes.some(({ comes }) => comes > 0) && changes.some(({ goes }) => goes > 0);
      });
    });
  };

  test.each([
    ["a pod elsewhere comes", oneComes("n2"), undefined],
    ["a pod elsewhere goes", backwards(oneComes("n2")), undefined],
    [
      "a pod elsewhere is relabelled",
      oneIsRelabelled("n2").filter((change) => !isExchanged(change)),
      undefined,
    ],
    ["a pod of this node goes", backwards(oneComes(NODE)), own],
  ] as const)("is one transaction where %s", (name, cases, scope) =>
    search(`nftables, one transaction where ${name}`, { cases, inTest: 150 }, (change) => {
      const legs = legsOf(change, scope).filter(({ plan }) => !isEmptyPlan(plan));
      within(change, () => expect(legs.length).toBeLessThanOrEqual(1));
      return legs.length;
    }),
  );

  /** Whether sets stand beside those whose places they take. */
  const isDetour = (legs: readonly Leg[]): boolean =>
    legs.some(({ to }) =>
      families.some((family) => [...to[family].sets.keys()].some((name) => name.includes("-next-"))),
    );

  test("is two transactions where a pod elsewhere goes from one set to another for which the same class asks, and no detour", () =>
    search(
      "nftables, two transactions where a pod elsewhere goes from one set to another",
      { cases: oneIsRelabelled("n2").filter(isExchanged), inTest: 20 },
      (change) => {
        const legs = legsOf(change, undefined);
        within(change, () => {
          expect(isDetour(legs)).toBe(false);
          expect(legs.length).toBe(2);
        });
        return legs.length;
      },
    ));

  /** Whether rules are written of a class that stands, as where a pod is the first that has a port by some name. */
  const isRewritten = (change: Change): boolean => {
    const [before, after] = rulesets(change, [own, own]);
    return families.some((family) =>
      [...before[family].chains].some(([name, rules]) => {
        const others = after[family].chains.get(name);
        return classChainOf(name) !== undefined && others !== undefined && others.join() !== rules.join();
      }),
    );
  };

  test.each([
    ["a pod of this node comes", oneComes(NODE), own],
    ["a pod of this node takes another's place", oneTakesAnothersPlace, own],
  ] as const)("is no detour where %s", (name, cases, scope) =>
    search(`nftables, no detour where ${name}`, { cases, inTest: 150 }, (change) => {
      const legs = legsOf(change, scope);
      within(change, () => {
        expect(isDetour(legs) && !isRewritten(change)).toBe(false);
        expect(legs.length).toBeLessThanOrEqual(3);
      });
      return legs.length;
    }),
  );
});
