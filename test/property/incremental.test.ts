import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Namespace, type Pod, keyOf } from "../../src/core/cluster.ts";
import { type Cluster, compile } from "../../src/core/compile.ts";
import { Compiler, compilerOf } from "../../src/core/incremental/compiler.ts";
import { livePods } from "../../src/core/live-pods.ts";
import type { NetworkPolicy } from "../../src/core/network-policy.ts";
import type { Program } from "../../src/core/program.ts";
import { namespacesArbitrary, podsArbitrary, policiesArbitrary } from "../support/cluster-arbitrary.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";

/** Something that a watch tells. Deleting what is not there is told too: watches repeat themselves. */
type Event =
  | { readonly kind: "namespace"; readonly value: Namespace; readonly gone: boolean }
  | { readonly kind: "pod"; readonly value: Pod; readonly gone: boolean }
  | { readonly kind: "policy"; readonly value: NetworkPolicy; readonly gone: boolean };

const eventsOf = <T>(
  values: fc.Arbitrary<T[]>,
  event: (value: T, gone: boolean) => Event,
): fc.Arbitrary<Event[]> =>
  fc
    .array(fc.tuple(values, fc.array(fc.boolean(), { minLength: 9, maxLength: 9 })), {
      minLength: 1,
      maxLength: 4,
    })
    .map((rounds) =>
      rounds.flatMap(([round, gone]) =>
        round.map((value, i) => event(value, gone[i] === true && i % 2 === 0)),
      ),
    );

/** The same names come up in every round with other content, so objects are changed, deleted and made again. */
const eventsArbitrary: fc.Arbitrary<Event[]> = fc
  .tuple(
    eventsOf(namespacesArbitrary, (value, gone) => ({ kind: "namespace", value, gone })),
    eventsOf(podsArbitrary, (value, gone) => ({ kind: "pod", value, gone })),
    eventsOf(policiesArbitrary, (value, gone) => ({ kind: "policy", value, gone })),
  )
  .chain((kinds) => fc.shuffledSubarray(kinds.flat(), { minLength: kinds.flat().length }));

/** The cluster that the events have made so far, kept the dumb way. */
class Sum {
  readonly namespaces = new Map<string, Namespace>();
  readonly pods = new Map<string, Pod>();
  readonly policies = new Map<string, NetworkPolicy>();

  take({ kind, value, gone }: Event): void {
    const put = <T>(map: Map<string, T>, key: string, item: T): void =>
      void (gone ? map.delete(key) : map.set(key, item));
    if (kind === "namespace") put(this.namespaces, value.name, value);
    else if (kind === "pod") put(this.pods, keyOf(value), value);
    else put(this.policies, keyOf(value), value);
  }

  cluster(): Cluster {
    return {
      namespaces: [...this.namespaces.values()],
      pods: [...this.pods.values()],
      policies: [...this.policies.values()],
    };
  }
}

function tell(compiler: Compiler, { kind, value, gone }: Event): void {
  switch (kind) {
    case "namespace":
      return gone ? compiler.deleteNamespace(value.name) : compiler.setNamespace(value);
    case "pod":
      return gone ? compiler.deletePod(keyOf(value)) : compiler.setPod(value);
    case "policy":
      return gone ? compiler.deletePolicy(keyOf(value)) : compiler.setPolicy(value);
  }
}

const byKey = (pods: readonly Pod[]): Pod[] => pods.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));

/** Programs as plain values: a map's order does not count. */
const plain = ({ tiers, groups }: Program) => ({
  tiers,
  groups: [...groups].sort(([a], [b]) => (a < b ? -1 : 1)),
});

describe("the incremental compiler equals the compiler from scratch", () => {
  it(
    "after every event of any sequence, in any order",
    () =>
      search("incremental, after every event", { cases: eventsArbitrary, inTest: 300 }, (events) => {
        const compiler = new Compiler();
        const sum = new Sum();
        for (const event of events) {
          tell(compiler, event);
          sum.take(event);
          expect(plain(compiler.program())).toEqual(plain(compile(sum.cluster())));
          expect(byKey(compiler.livePods())).toEqual(byKey(livePods(sum.pods.values())));
        }
        return events.length;
      }),
    SEARCH_TIMEOUT,
  );

  it(
    "when asked only at the end, events told twice, and everything told again",
    () =>
      search("incremental, told twice", { cases: eventsArbitrary, inTest: 300 }, (events) => {
        const compiler = new Compiler();
        const sum = new Sum();
        for (const event of events) {
          tell(compiler, event);
          tell(compiler, event);
          sum.take(event);
        }
        const wanted = plain(compile(sum.cluster()));
        expect(plain(compiler.program())).toEqual(wanted);
        const { namespaces, pods, policies } = sum.cluster();
        for (const value of policies) tell(compiler, { kind: "policy", value, gone: false });
        for (const value of pods.toReversed()) tell(compiler, { kind: "pod", value, gone: false });
        for (const value of namespaces) tell(compiler, { kind: "namespace", value, gone: false });
        expect(plain(compiler.program())).toEqual(wanted);
        return 2;
      }),
    SEARCH_TIMEOUT,
  );

  it("and is empty again when all is deleted", () =>
    search("incremental, all deleted", { cases: eventsArbitrary, inTest: 100 }, (events) => {
      const compiler = new Compiler();
      for (const event of events) tell(compiler, event);
      for (const event of events) tell(compiler, { ...event, gone: true });
      expect(plain(compiler.program())).toEqual(plain(compile({ namespaces: [], pods: [], policies: [] })));
      return 1;
    }));

  it("and tells what did not change as the same values", () => {
    const policy = (name: string, app: string): NetworkPolicy => ({
      namespace: "x",
      name,
      spec: { podSelector: {}, ingress: [{ from: [{ podSelector: { matchLabels: { app } } }] }] },
    });
    const pod = (name: string, app: string): Pod => ({
      namespace: "x",
      name,
      labels: { app },
      addresses: [],
      ports: [],
      hostNetwork: false,
      finished: false,
      createdAt: 0,
    });
    const withAddress = (each: Pod, value: bigint): Pod => ({
      ...each,
      addresses: [{ family: "IPv4", value }],
    });
    const compiler = compilerOf({
      namespaces: [],
      pods: [withAddress(pod("a", "a"), 1n), withAddress(pod("b", "b"), 2n)],
      policies: [policy("a", "a"), policy("b", "b")],
    });
    const before = compiler.program();
    compiler.setPod(withAddress(pod("c", "a"), 3n));
    const after = compiler.program();
    const same = [...after.groups].filter(([id, group]) => before.groups.get(id) === group);
    expect(same).toHaveLength(1);
    expect(after.tiers[0]?.policies).toBe(before.tiers[0]?.policies);
  });
});
