/* Laws that need no oracle: what must stay the same, and what may only grow or shrink, when policies are written otherwise. */
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { families } from "../../src/core/address.ts";
import type { Cluster } from "../../src/core/compile.ts";
import type { Bounds } from "../../src/core/evaluate.ts";
import type { NetworkPolicyPort, NetworkPolicySpec } from "../../src/core/network-policy.ts";
import type { Ruleset } from "../../src/render/ruleset.ts";
import { equalTraffic, isTrafficSubset } from "../../src/core/traffic.ts";
import { nodes } from "../support/arbitrary/addresses.ts";
import { egressRuleArbitrary, ingressRuleArbitrary, specArbitrary } from "../support/arbitrary/policies.ts";
import { backends } from "../support/backends.ts";
import { clusterArbitrary } from "../support/cluster-arbitrary.ts";
import { manifests } from "../support/manifests.ts";
import { type Comparison, compareMeaning, normalForm } from "../support/meaning.ts";
import {
  complement,
  halves,
  mapPeers,
  mapPorts,
  mapRules,
  mapSpecs,
  renameEverywhere,
} from "../support/rewrite.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { rulesetOf } from "../support/transition.ts";

/** A cluster, and the cluster that the law speaks of. */
type Pair = readonly [one: Cluster, other: Cluster];

const failure = (what: string, [one, other]: Pair): Error =>
  new Error([what, "", "# one", manifests(one), "# other", manifests(other)].join("\n"));

const rewritten = (rewrite: (cluster: Cluster) => Cluster): fc.Arbitrary<Pair> =>
  clusterArbitrary.map((cluster) => [cluster, rewrite(cluster)]);

function law(name: string, cases: fc.Arbitrary<Pair>, inTest: number, examine: (pair: Pair) => number): void {
  test(name, () => search(name, { cases, inTest }, examine), SEARCH_TIMEOUT);
}

/** The two are written the same in normal form. */
function sameForm(name: string, cases: fc.Arbitrary<Pair>): void {
  law(name, cases, 1_000, (pair) => {
    const [one, other] = pair.map(normalForm);
    if (one !== other) throw failure(`normal forms differ:\n${one}\n${other}`, pair);
    return 1;
  });
}

/** The two say what they say of every way as `holds` wants it. */
function everyWay(name: string, cases: fc.Arbitrary<Pair>, holds: (comparison: Comparison) => boolean): void {
  law(name, cases, 200, (pair) => {
    const ways = compareMeaning(...pair);
    const wrong = ways.find((each) => !holds(each));
    if (wrong !== undefined)
      throw failure(`${wrong.way}: ${JSON.stringify([wrong.one, wrong.other], bigText)}`, pair);
    return ways.length;
  });
}

const bigText = (_: string, value: unknown): unknown => (typeof value === "bigint" ? `${value}` : value);

const isSame = ({ one, other }: { readonly one: Bounds; readonly other: Bounds }): boolean =>
  equalTraffic(one.certain, other.certain) && equalTraffic(one.possible, other.possible);

const isWithin = (less: Bounds, more: Bounds): boolean =>
  isTrafficSubset(less.certain, more.certain) && isTrafficSubset(less.possible, more.possible);

const sameMeaning = (name: string, cases: fc.Arbitrary<Pair>): void => everyWay(name, cases, isSame);

/** Splits a list into lists of one; a list that means "all" stays whole. */
const split = <T>(items: readonly T[] | undefined): (readonly T[] | undefined)[] =>
  items === undefined || items.length === 0 ? [items] : items.map((item) => [item]);

describe("written otherwise, the normal form is the same", () => {
  sameForm(
    "order of rules, peers, ports and policies",
    rewritten((cluster) => {
      const rules = mapSpecs(cluster, (spec) => ({
        ...spec,
        ingress: spec.ingress?.toReversed(),
        egress: spec.egress?.toReversed(),
      }));
      const inside = mapRules(rules, ({ peers, ports }) => [
        { peers: peers?.toReversed(), ports: ports?.toReversed() },
      ]);
      return { ...inside, policies: inside.policies.toReversed(), pods: inside.pods.toReversed() };
    }),
  );

  sameForm(
    "duplicate peers and ports",
    rewritten((cluster) =>
      mapPorts(
        mapPeers(cluster, (peer) => [peer, peer]),
        (port) => [port, port],
      ),
    ),
  );

  sameForm(
    "/n = two /(n+1)",
    rewritten((cluster) =>
      mapPeers(cluster, (peer) =>
        peer.ipBlock ? halves(peer.ipBlock).map((ipBlock) => ({ ipBlock })) : [peer],
      ),
    ),
  );

  sameForm(
    "except = complement",
    rewritten((cluster) =>
      mapPeers(cluster, (peer) => {
        if (peer.ipBlock === undefined) return [peer];
        const left = complement(peer.ipBlock).map((ipBlock) => ({ ipBlock }));
        // A rule must not lose its last peer, which would make it match everything.
        return left.length === 0 ? [{}] : left;
      }),
    ),
  );

  const eachPort = ({ protocol, port, endPort }: NetworkPolicyPort): NetworkPolicyPort[] =>
    typeof port === "number" && endPort !== undefined && endPort - port < 200
      ? Array.from({ length: endPort - port + 1 }, (_, i) => ({ protocol, port: port + i }))
      : [{ protocol, port, endPort }];
  sameForm(
    "endPort = union of ports",
    rewritten((cluster) => {
      const narrow = mapPorts(cluster, (each) =>
        typeof each.port === "number" && each.endPort !== undefined
          ? [{ ...each, endPort: Math.min(each.endPort, each.port + 50) }]
          : [each],
      );
      return narrow;
    }).map(([, narrow]): Pair => [narrow, mapPorts(narrow, eachPort)]),
  );

  sameForm(
    "absent = []",
    rewritten((cluster) => {
      const specs = mapSpecs(cluster, (spec) => ({
        ...spec,
        policyTypes: spec.policyTypes ?? [],
        ingress: spec.ingress ?? [],
        egress: spec.egress ?? [],
      }));
      return mapRules(specs, ({ peers = [], ports = [] }) => [{ peers, ports }]);
    }),
  );

  sameForm(
    "policyTypes defaulted = written out",
    rewritten((cluster) =>
      mapSpecs(cluster, (spec) => {
        const { policyTypes = [], egress = [] } = spec;
        if (policyTypes.length > 0) return spec;
        return { ...spec, policyTypes: egress.length > 0 ? ["Ingress", "Egress"] : ["Ingress"] };
      }),
    ),
  );

  sameForm(
    "protocol TCP defaulted = written out",
    rewritten((cluster) => mapPorts(cluster, ({ protocol = "TCP", ...port }) => [{ ...port, protocol }])),
  );

  sameForm(
    "matchLabels = expressions",
    rewritten((cluster) =>
      mapPeers(cluster, (peer) => {
        const { matchLabels = {}, matchExpressions = [] } = peer.podSelector ?? {};
        if (peer.podSelector === undefined) return [peer];
        const equalities = Object.entries(matchLabels).map(([key, value]) => ({
          key,
          operator: "In" as const,
          values: [value],
        }));
        return [{ ...peer, podSelector: { matchExpressions: [...matchExpressions, ...equalities] } }];
      }),
    ),
  );
});

describe("written otherwise, the meaning is the same", () => {
  sameMeaning(
    "duplicate rules",
    rewritten((cluster) => mapRules(cluster, (rule) => [rule, rule])),
  );

  sameMeaning(
    "duplicate policies",
    rewritten((cluster) => ({
      ...cluster,
      policies: cluster.policies.flatMap((each) => [each, { ...each, name: `${each.name}-again` }]),
    })),
  );

  sameMeaning(
    "a rule split by peer",
    rewritten((cluster) =>
      mapRules(cluster, ({ peers, ports }) => split(peers).map((part) => ({ peers: part, ports }))),
    ),
  );

  sameMeaning(
    "a rule split by port",
    rewritten((cluster) =>
      mapRules(cluster, ({ peers, ports }) => split(ports).map((part) => ({ peers, ports: part }))),
    ),
  );

  sameMeaning(
    "a policy split by rule",
    rewritten((cluster) => ({
      ...cluster,
      policies: cluster.policies.flatMap((policy) => {
        const { spec } = policy;
        if (spec === "invalid" || (spec.policyTypes ?? []).length === 0) return [policy];
        const bare = { podSelector: spec.podSelector, policyTypes: spec.policyTypes };
        const parts: NetworkPolicySpec[] = [
          bare,
          ...(spec.ingress ?? []).map((rule) => ({ ...bare, ingress: [rule] })),
          ...(spec.egress ?? []).map((rule) => ({ ...bare, egress: [rule] })),
        ];
        return parts.map((part, i) => ({ ...policy, name: `${policy.name}-${i}`, spec: part }));
      }),
    })),
  );

  sameMeaning("a consistent renaming of labels", rewritten(renameEverywhere));

  const numbers: Readonly<Record<string, number>> = {
    "http/TCP": 8080,
    "http/UDP": 8081,
    "dns/UDP": 53,
    "dns/TCP": 54,
    "http/SCTP": 9,
    "dns/SCTP": 10,
  };
  const listening = clusterArbitrary.map((cluster): Cluster => ({
    ...cluster,
    pods: cluster.pods.map((pod) => ({
      ...pod,
      ports: (["TCP", "UDP", "SCTP"] as const).flatMap((protocol) =>
        ["http", "dns"].map((name) => ({ name, protocol, port: numbers[`${name}/${protocol}`] ?? 1 })),
      ),
    })),
  }));
  everyWay(
    "named = its number, where every pod gives the name that number",
    listening.map((cluster): Pair => [
      cluster,
      mapPorts(cluster, ({ protocol, port, endPort }) =>
        typeof port === "string"
          ? [{ protocol, port: numbers[`${port}/${protocol ?? "TCP"}`] ?? 1 }]
          : [{ protocol, port, endPort }],
      ),
    ]),
    (each) => !each.toPod || isSame(each),
  );
});

describe("what is added moves verdicts one way only", () => {
  const withTypes = specArbitrary.map((spec): NetworkPolicySpec => ({
    ...spec,
    policyTypes: ["Ingress", "Egress"],
  }));
  everyWay(
    "one more rule in an isolating policy only grows what is allowed",
    fc
      .record({
        cluster: clusterArbitrary,
        spec: withTypes,
        ingress: ingressRuleArbitrary,
        egress: egressRuleArbitrary,
      })
      .map(({ cluster, spec, ingress, egress }): Pair => {
        const having = (each: NetworkPolicySpec): Cluster => ({
          ...cluster,
          policies: [...cluster.policies, { namespace: "a", name: "grown", spec: each }],
        });
        return [
          having(spec),
          having({
            ...spec,
            ingress: [...(spec.ingress ?? []), ingress],
            egress: [...(spec.egress ?? []), egress],
          }),
        ];
      }),
    ({ one, other }) => isWithin(one, other),
  );

  everyWay(
    "one more policy that selects unselected pods only shrinks what is allowed",
    fc.record({ cluster: clusterArbitrary, spec: specArbitrary }).map(({ cluster, spec }): Pair => {
      const elsewhere = {
        ...cluster,
        policies: cluster.policies.filter(({ namespace }) => namespace !== "a"),
      };
      return [
        elsewhere,
        { ...elsewhere, policies: [...elsewhere.policies, { namespace: "a", name: "new", spec }] },
      ];
    }),
    ({ one, other }) => isWithin(other, one),
  );

  everyWay(
    "one more policy for pods that are isolated already only grows what is allowed",
    fc.record({ cluster: clusterArbitrary, spec: specArbitrary }).map(({ cluster, spec }): Pair => {
      const closed = { podSelector: {}, policyTypes: ["Ingress", "Egress"] as const };
      const isolated = {
        ...cluster,
        policies: [...cluster.policies, { namespace: "a", name: "closed", spec: closed }],
      };
      return [
        isolated,
        { ...isolated, policies: [...isolated.policies, { namespace: "a", name: "new", spec }] },
      ];
    }),
    ({ one, other }) => isWithin(one, other),
  );
});

/** All of a ruleset, in an order of its own where order means nothing. */
const contentOf = (ruleset: Ruleset) =>
  families.map((family) => {
    const { sets, chains, hooks } = ruleset[family];
    return {
      sets: new Map(
        [...sets].map(([name, { type, entries }]) => [name, { type, entries: new Set(entries) }]),
      ),
      chains: new Map(chains),
      hooks,
    };
  });

describe.each(backends)("told in another order, the rules are the same ($name)", ({ name, layout }) => {
  test(
    "of namespaces, pods and policies",
    () =>
      search(`rules, told in another order, ${name}`, { cases: clusterArbitrary, inTest: 100 }, (cluster) => {
        const { namespaces, pods, policies } = cluster;
        const reversed: Cluster = {
          namespaces: namespaces.toReversed(),
          pods: pods.toReversed(),
          policies: policies.toReversed(),
        };
        for (const { name: node } of nodes) {
          const [one, other] = [cluster, reversed].map((each) =>
            contentOf(rulesetOf(each, node, undefined, undefined, layout)),
          );
          expect(other).toEqual(one);
        }
        return nodes.length;
      }),
    SEARCH_TIMEOUT,
  );
});
