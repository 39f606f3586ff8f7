/* A pass looks at what has changed, and must find what a look at everything finds. */
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { type ObjectKey, keyOf } from "../../../src/core/cluster.ts";
import { type Cluster, compile } from "../../../src/core/compile.ts";
import { isSubject } from "../../../src/core/incremental/subject-index.ts";
import { type Policy, policyKey } from "../../../src/core/policy.ts";
import { Changed } from "../../../src/daemon/controller/changed.ts";
import { type DeclaredPolicy, watchDeclared } from "../../../src/daemon/controller/declared.ts";
import { Desired } from "../../../src/daemon/controller/desired.ts";
import type { Subjects } from "../../../src/daemon/controller/concerned-nodes.ts";
import type { Collection } from "../../../src/daemon/collections.ts";
import { groupIntents } from "../../../src/kube/publish/group-intents.ts";
import type { Standing } from "../../../src/kube/publish/intent.ts";
import { type Published, type Write, planPublication } from "../../../src/kube/publish/plan-publication.ts";
import { policyIntent } from "../../../src/kube/publish/policy-intent.ts";
import { Store } from "../../../src/kube/store.ts";
import { changeArbitrary } from "../../support/change-arbitrary.ts";
import { clusterArbitrary } from "../../support/cluster-arbitrary.ts";
import { search } from "../../support/search.ts";

const SOURCE = { uid: "u", generation: 1 };

/** What a step does to the API server, beside what users declare. */
interface Step {
  readonly cluster: Cluster;
  /** Which of the planned writes come about: each has the bit of its place. */
  readonly written: number;
  /** What somebody deletes or edits by hand, by its place. */
  readonly deleted: number;
  readonly edited: number;
  /** Whether all policies are declared anew, with the next generation, though they say what they said. */
  readonly isTouched: boolean;
}

const deed = {
  written: fc.nat(),
  deleted: fc.nat(40),
  edited: fc.nat(40),
  isTouched: fc.boolean(),
};

const stepsArbitrary: fc.Arbitrary<readonly Step[]> = fc
  .tuple(
    fc.array(
      fc.oneof(
        clusterArbitrary.map((cluster) => [cluster]),
        changeArbitrary.map(({ before, after }) => [before, after, before]),
      ),
      { minLength: 1, maxLength: 3 },
    ),
    fc.array(fc.record(deed), { minLength: 9, maxLength: 9 }),
  )
  .map(([clusters, deeds]) =>
    clusters.flat().flatMap((cluster, i) => {
      const done = deeds[i];
      return done === undefined ? [] : [{ cluster, ...done }];
    }),
  );

/** A controller's view without an API server: what its watches would tell is told by hand. */
class World {
  readonly changed = new Changed();
  readonly desired = new Desired<DeclaredPolicy>();
  readonly standing: Record<Published, Map<ObjectKey, Standing>> = {
    compiledPolicies: new Map(),
    addressGroups: new Map(),
  };
  readonly #stores = new Map<string, Store<unknown>>();
  readonly declared = watchDeclared(
    {
      keep: <T>({ path, take }: Collection<T>): Store<T> => {
        const store = new Store<T>(take);
        this.#stores.set(path, store as Store<unknown>);
        return store;
      },
    },
    this.changed,
    () => undefined,
  );
  #generation = 1;
  #policies: Cluster["policies"] = [];
  #version = 1;

  declare({ namespaces, pods, policies }: Cluster, isTouched: boolean): void {
    if (isTouched || policies !== this.#policies) this.#generation += 1;
    this.#policies = policies;
    const source = { ...SOURCE, generation: this.#generation };
    const declared = policies.map((policy): readonly [string, DeclaredPolicy] => [
      keyOf(policy),
      { policy, source, problems: [], seenAt: 0 },
    ]);
    this.#replace(
      "/api/v1/namespaces",
      namespaces.map((each) => [each.name, each]),
    );
    this.#replace(
      "/api/v1/pods",
      pods.map((each) => [keyOf(each), each]),
    );
    this.#replace("/apis/networking.k8s.io/v1/networkpolicies", declared);
  }

  plan(): readonly (readonly Write[])[] {
    this.desired.take(this.declared.program(), this.declared.policies, this.changed);
    const stages = planPublication(this.desired, this.standing, this.changed);
    this.changed.keepPlanned(stages);
    return stages;
  }

  /** By a look at everything. */
  planWhole(cluster: Cluster): readonly (readonly Write[])[] {
    const { tiers, groups } = compile(cluster);
    const source = { ...SOURCE, generation: this.#generation };
    const intents = tiers.flatMap(({ policies }) => policies.map((policy) => policyIntent(policy, source)));
    const slices = [...groups.values()].flatMap(groupIntents);
    const wanted = {
      compiledPolicies: new Map(intents.map((intent) => [intent.key, intent])),
      addressGroups: new Map(slices.map((intent) => [intent.key, intent])),
    };
    return planPublication(wanted, this.standing);
  }

  carryOut(write: Write): void {
    if (write.kind === "delete") this.#stand(write.collection, write.key, undefined);
    else this.#stand(write.collection, write.intent.key, write.intent.fingerprint);
  }

  meddle({ deleted, edited }: Step): void {
    for (const collection of ["compiledPolicies", "addressGroups"] as const) {
      const keys = [...this.standing[collection].keys()];
      const [gone, other] = [keys[deleted], keys[edited]];
      if (gone !== undefined) this.#stand(collection, gone, undefined);
      if (other !== undefined) this.#stand(collection, other, "edited by hand");
    }
  }

  #stand(collection: Published, key: ObjectKey, fingerprint: string | undefined): void {
    this.#version += 1;
    if (fingerprint === undefined) this.standing[collection].delete(key);
    else this.standing[collection].set(key, { fingerprint, resourceVersion: `${this.#version}` });
    this.changed[collection].add(key);
  }

  #replace(path: string, items: readonly (readonly [string, unknown])[]): void {
    this.#stores.get(path)?.replace(new Map(items));
  }
}

/** In an order of its own within each stage, as that is free. */
const plain = (stages: readonly (readonly Write[])[]): unknown =>
  stages.map((stage) =>
    stage
      .map((write) =>
        write.kind === "delete"
          ? `delete ${write.key} ${write.resourceVersion}`
          : `apply ${write.intent.key} ${write.intent.fingerprint} ${write.resourceVersion ?? "new"}`,
      )
      .sort(),
  );

test("a plan of what has changed is the plan of everything, whatever fails and whoever meddles", () =>
  search("incremental publication", { cases: stepsArbitrary, inTest: 150 }, (steps) => {
    const world = new World();
    let writes = 0;
    for (const step of steps) {
      world.declare(step.cluster, step.isTouched);
      world.meddle(step);
      const planned = world.plan();
      expect(plain(planned)).toEqual(plain(world.planWhole(step.cluster)));
      for (const [i, write] of planned.flat().entries()) {
        writes += 1;
        if (((step.written >> (i % 31)) & 1) === 1) world.carryOut(write);
      }
    }
    return writes;
  }));

const subjectsOf = (policy: Policy, { pods }: Cluster): Subjects => {
  const selected = pods.filter((pod) => !pod.hostNetwork && !pod.finished && isSubject(policy, pod));
  return { pods: selected.length, nodes: [...new Set(selected.flatMap(({ node }) => node ?? []))].sort() };
};

test("whom policies concern follows pods and policies, and who is concerned otherwise than before is told", () =>
  search("concerned nodes", { cases: stepsArbitrary, inTest: 150 }, (steps) => {
    const world = new World();
    const { concerned } = world.declared;
    const { statuses } = world.changed;
    let before = new Map<ObjectKey, Subjects>();
    let compared = 0;
    for (const { cluster, isTouched } of steps) {
      world.declare(cluster, isTouched);
      world.plan();
      const policies = compile(cluster).tiers.flatMap((tier) => tier.policies);
      const now = new Map(policies.map((policy) => [policyKey(policy), subjectsOf(policy, cluster)]));
      for (const [key, { policy }] of world.desired.entries) {
        expect(concerned.of(policy), key).toEqual(now.get(key));
        if (JSON.stringify(before.get(key)) !== JSON.stringify(now.get(key)))
          expect([...statuses]).toContain(key);
        compared += 1;
      }
      for (const key of before.keys()) if (!now.has(key)) concerned.forget(key);
      statuses.clear();
      before = now;
    }
    return compared;
  }));
