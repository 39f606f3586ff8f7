import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Box, intersection } from "../../src/analysis/lint/coverage/box.ts";
import { isCovered } from "../../src/analysis/lint/coverage/is-covered.ts";
import { type Redundancy, redundancies } from "../../src/analysis/lint/coverage/redundancies.ts";
import { families } from "../../src/core/address.ts";
import { keyOf } from "../../src/core/cluster.ts";
import { type Cluster, compile } from "../../src/core/compile.ts";
import { podEnd } from "../../src/core/end.ts";
import { judge } from "../../src/core/evaluate.ts";
import { livePods } from "../../src/core/live-pods.ts";
import type { NetworkPolicy, NetworkPolicySpec } from "../../src/core/network-policy.ts";
import { matches, selector } from "../../src/core/selector.ts";
import { equalTraffic } from "../../src/core/traffic.ts";
import { selectorArbitrary } from "../support/arbitrary/labels.ts";
import { clusterArbitrary, writtenClusterArbitrary } from "../support/cluster-arbitrary.ts";
import { manifests } from "../support/manifests.ts";
import { compareMeaning } from "../support/meaning.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";

const found = ({ namespaces, policies, pods }: Cluster): Redundancy[] =>
  redundancies(compile({ namespaces, pods, policies }), namespaces);

function withoutRule(policy: NetworkPolicy, redundancy: Redundancy): NetworkPolicy {
  const { spec } = policy;
  if (redundancy.kind !== "rule" || spec === "invalid" || redundancy.id.policy !== keyOf(policy))
    return policy;
  const { direction, index } = redundancy.id;
  // Taken out of the file, not emptied: later rules move up, and a list may end up empty.
  return { ...policy, spec: { ...spec, [direction]: spec[direction]?.toSpliced(index, 1) } };
}

const without = (cluster: Cluster, redundancy: Redundancy): Cluster => ({
  ...cluster,
  policies:
    redundancy.kind === "policy"
      ? cluster.policies.filter((policy) => keyOf(policy) !== redundancy.policy)
      : cluster.policies.map((policy) => withoutRule(policy, redundancy)),
});

/** Rules of higher indexes first, so that the indexes of the others hold. */
const withoutAll = (cluster: Cluster, all: readonly Redundancy[]): Cluster =>
  all
    .toSorted((a, b) => (b.kind === "rule" ? b.id.index : 0) - (a.kind === "rule" ? a.id.index : 0))
    .reduce(without, cluster);

/** Throws where the two clusters differ for any two pods, or any two addresses; returns how much was compared. */
function expectSame(one: Cluster, other: Cluster, what: string): number {
  const complain = (way: string): never => {
    throw new Error(`without ${what}, ${way} is judged otherwise\n${manifests(one)}`);
  };
  const [before, after] = [compile(one), compile(other)];
  const pods = livePods(one.pods).map(podEnd);
  for (const from of pods) {
    for (const to of pods) {
      for (const family of families) {
        const [a, b] = [judge(before, from, to, family), judge(after, from, to, family)];
        if (!equalTraffic(a.certain, b.certain) || !equalTraffic(a.possible, b.possible))
          complain(
            JSON.stringify([from, to, family], (_, value: unknown) =>
              typeof value === "bigint" ? `${value}` : value,
            ),
          );
      }
    }
  }
  const ways = compareMeaning(one, other);
  for (const { way, one: a, other: b } of ways) {
    if (!equalTraffic(a.certain, b.certain) || !equalTraffic(a.possible, b.possible)) complain(way);
  }
  return ways.length + pods.length ** 2 * families.length;
}

/** Policies again under other names, for other pods, and by their rules alone; rules again in their policies. */
const withEchoes = (clusters: fc.Arbitrary<Cluster>): fc.Arbitrary<Cluster> =>
  fc
    .record({
      cluster: clusters,
      copies: fc.array(
        fc.record({ of: fc.nat(), subject: fc.option(selectorArbitrary), isByRules: fc.boolean() }),
        { maxLength: 3 },
      ),
      again: fc.nat({ max: 7 }),
    })
    .map(({ cluster, copies, again }) => {
      const policies = cluster.policies.map((policy, i): NetworkPolicy => {
        const { spec } = policy;
        if (spec === "invalid" || (again >> i) % 2 === 0) return policy;
        const doubled: NetworkPolicySpec = {
          ...spec,
          ingress: [...(spec.ingress ?? []), ...(spec.ingress ?? []).slice(0, 1)],
          egress: [...(spec.egress ?? []), ...(spec.egress ?? []).slice(0, 1)],
        };
        return { ...policy, spec: doubled };
      });
      const echoes = copies.flatMap(({ of, subject, isByRules }, i): NetworkPolicy[] => {
        const policy = policies[of % policies.length];
        if (policy === undefined || policy.spec === "invalid") return [];
        const { podSelector, policyTypes, ...rules } = policy.spec;
        const types = isByRules ? {} : { policyTypes };
        const spec = { ...rules, ...types, podSelector: subject ?? podSelector };
        return [{ ...policy, name: `echo${i}`, spec }];
      });
      return { ...cluster, policies: [...policies, ...echoes] };
    });

describe("what is called redundant changes nothing when it is gone", () => {
  it.each([
    ["running clusters", clusterArbitrary],
    ["written clusters", writtenClusterArbitrary],
  ] as const)(
    "one by one and all together: %s",
    (what, clusters) => {
      let seen = 0;
      search(`redundancies of ${what}`, { cases: withEchoes(clusters), inTest: 100 }, (cluster) => {
        const all = found(cluster);
        seen += all.length;
        const single = all.reduce(
          (sum, each) => sum + expectSame(cluster, without(cluster, each), JSON.stringify(each)),
          0,
        );
        return all.length === 0 ? 0 : single + expectSame(cluster, withoutAll(cluster, all), "all of them");
      });
      expect(seen).toBeGreaterThan(0);
    },
    SEARCH_TIMEOUT,
  );

  it(
    "leaves nothing redundant behind",
    () => {
      search(
        "redundancies of what is left",
        { cases: withEchoes(clusterArbitrary), inTest: 100 },
        (cluster) => {
          const rest = found(withoutAll(cluster, found(cluster)));
          if (rest.length > 0) throw new Error(`${JSON.stringify(rest)} in\n${manifests(cluster)}`);
          return 1;
        },
      );
    },
    SEARCH_TIMEOUT,
  );
});

/** Labels with which any box over the generated keys can be told from any other: each listed value, another, and none. */
const universe = ["app", "tier", "constructor"].reduce<Record<string, string>[]>(
  (all, key) =>
    all.flatMap((labels) => [
      labels,
      ...["x", "y", "", "else"].map((value) => ({ ...labels, [key]: value })),
    ]),
  [{}],
);

const boxArbitrary: fc.Arbitrary<Box> = selectorArbitrary
  .map(selector)
  .filter((each) => each.kind === "all")
  .map((each) => each.requirements);

const holds = (box: Box, labels: Record<string, string>): boolean =>
  matches({ kind: "all", requirements: box }, labels);

describe("boxes of labels", () => {
  it(
    "cover one another exactly where every label there could be is covered",
    () => {
      const cases = fc.record({ region: boxArbitrary, covers: fc.array(boxArbitrary, { maxLength: 5 }) });
      search("boxes", { cases, inTest: 1000 }, ({ region, covers }) => {
        const points = universe.filter((labels) => holds(region, labels));
        const wanted = points.every((labels) => covers.some((cover) => holds(cover, labels)));
        if (isCovered(region, covers) !== wanted)
          throw new Error(`${JSON.stringify(region)} by ${JSON.stringify(covers)}: want ${wanted}`);
        for (const cover of covers) {
          const both = universe.filter((labels) => holds(region, labels) && holds(cover, labels));
          if ((intersection(region, cover) === undefined) !== (both.length === 0))
            throw new Error(`${JSON.stringify(region)} and ${JSON.stringify(cover)}`);
        }
        return points.length;
      });
    },
    SEARCH_TIMEOUT,
  );
});
