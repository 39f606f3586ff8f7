import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Pod, keyOf } from "../../../src/core/cluster.ts";
import { compile } from "../../../src/core/compile.ts";
import type { LabelSelector } from "../../../src/core/selector.ts";
import { policyKey } from "../../../src/core/policy.ts";
import type { Group, Program } from "../../../src/core/program.ts";
import { PublishedProgram } from "../../../src/daemon/published/published-program.ts";
import { SLICE, toAddressGroupSpecs } from "../../../src/kube/wire/address-group.ts";
import { compiledPolicySpec, toCompiledPolicySpec } from "../../../src/kube/wire/compiled-policy.ts";
import { addressOfBits, bitsOf } from "../../support/bits.ts";
import { must } from "../../support/must.ts";
import { overTheWire } from "./publication.ts";

const podAt = (name: string, ip: string, labels: Readonly<Record<string, string>>): Pod => ({
  namespace: "x",
  name,
  labels,
  addresses: [addressOfBits(bitsOf(ip))],
  ports: [],
  node: "n2",
  hostNetwork: false,
  finished: false,
  createdAt: 0,
});

const front: LabelSelector = { matchLabels: { app: "front" } };

/** What a controller makes of one policy that lets `app=front` into `app=web`, with these pods in the cluster. */
const shop = (pods: readonly Pod[], ingress: readonly object[] = [{ from: [{ podSelector: front }] }]) =>
  compile({
    namespaces: [],
    pods,
    policies: [
      { namespace: "x", name: "web", spec: { podSelector: { matchLabels: { app: "web" } }, ingress } },
    ],
  });

const policyOf = ({ tiers }: Program) => must(tiers[0]?.policies[0]);
const groupOf = ({ groups }: Program): Group => must([...groups.values()][0]);

const crowd = (size: number, third = 0): Program =>
  shop(
    Array.from({ length: size }, (_, i) =>
      podAt(`front-${String(i).padStart(5, "0")}`, `10.${third}.${i >> 8}.${i & 255}`, { app: "front" }),
    ),
  );

/** A node's view, told by hand; every object that is told has a generation of its own. */
class View {
  readonly program = new PublishedProgram();
  #generation = 0;

  policy(spec: unknown, now = 0): boolean {
    return this.program.setPolicy("x/web", this.#object(spec), now);
  }

  slices(program: Program, which: (slice: number) => boolean = () => true): void {
    for (const spec of toAddressGroupSpecs(groupOf(program)))
      if (which(spec.slice)) this.slice(`${spec.group}-${spec.slice}`, spec);
  }

  slice(name: string, spec: unknown, now = 0): void {
    this.program.setSlice(name, this.#object(spec), now);
  }

  /** The policies in force, and how many members their group has. */
  at(now: number): { readonly inForce: readonly string[]; readonly members: number | undefined } {
    const { tiers, groups } = this.program.program(now);
    const policies = tiers.flatMap((tier) => tier.policies);
    const ids = policies.flatMap(({ rules }) =>
      rules.ingress.flatMap(({ peers }) => (peers.kind === "some" ? [...peers.groups] : [])),
    );
    const [id] = ids;
    return {
      inForce: policies.map(policyKey),
      members: id === undefined ? undefined : groups.get(id)?.members.length,
    };
  }

  messages(now: number): string[] {
    return this.program.troubles(now).map(({ object, message }) => `${object}: ${message}`);
  }

  #object(spec: unknown) {
    this.#generation += 1;
    return overTheWire(spec, this.#generation);
  }
}

const policiesIn = (view: View) => view.program.program(1).tiers.flatMap((tier) => tier.policies);

const one = shop([podAt("front-1", "10.0.0.1", { app: "front" })]);

describe("a policy whose groups are not there", () => {
  it("waits a moment where it is new, and is then in force with nobody in them", () => {
    const view = new View();
    view.policy(toCompiledPolicySpec(policyOf(one)));
    expect(view.at(0)).toEqual({ inForce: [], members: undefined });
    expect(view.program.isWaiting).toBe(true);
    expect(view.program.nextDue()).toBe(1_000);
    expect(view.at(999).inForce).toEqual([]);
    expect(view.at(1_000)).toEqual({ inForce: ["x/web"], members: 0 });
    expect(view.program.isWaiting).toBe(true);
    expect(view.messages(5_000)).toEqual([
      `CompiledPolicy x/web: AddressGroups are missing: ${groupOf(one).id}; nobody is in them`,
    ]);
    view.slices(one);
    expect(view.at(5_001)).toEqual({ inForce: ["x/web"], members: 1 });
    expect(view.program.isWaiting).toBe(false);
    expect(view.messages(9_000)).toEqual([]);
  });

  it("does not replace the version before, however long they take", () => {
    const view = new View();
    const other = shop(
      [podAt("back-1", "10.0.0.2", { app: "back" })],
      [{ from: [{ podSelector: { matchLabels: { app: "back" } } }] }],
    );
    view.slices(one);
    view.policy(toCompiledPolicySpec(policyOf(one)));
    const before = must(view.program.program(0).tiers[0]).policies;
    view.policy(toCompiledPolicySpec(policyOf(other)), 10);
    expect(must(view.program.program(100_000).tiers[0]).policies).toBe(before);
    expect(view.messages(100_000)[0]).toContain("the version before is in force");
    view.slices(other);
    expect(must(view.program.program(100_001).tiers[0]).policies).toEqual([policyOf(other)]);
  });

  it("keeps a group whose objects are gone, as long as it names it", () => {
    const view = new View();
    view.slices(one);
    view.policy(toCompiledPolicySpec(policyOf(one)));
    expect(view.at(0).members).toBe(1);
    view.program.setSlice(`${groupOf(one).id}-0`, undefined, 1);
    expect(view.at(1)).toEqual({ inForce: ["x/web"], members: 1 });
    view.program.setPolicy("x/web", undefined, 2);
    view.program.program(2);
    expect(view.program.program(3).groups.size).toBe(0);
  });
});

describe("a group in slices", () => {
  const small = crowd(SLICE + 1);
  const big = crowd(2 * SLICE + 1, 1);

  it("is taken when all are there, in whatever order they come", () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([0, 1, 2], { minLength: 3 }), fc.boolean(), (order, shrinks) => {
        const [from, to] = shrinks ? [big, small] : [small, big];
        const size = (program: Program): number => groupOf(program).members.length;
        const view = new View();
        view.slices(from);
        view.policy(toCompiledPolicySpec(policyOf(from)));
        expect(view.at(0).members).toBe(size(from));
        for (const [i, slice] of order.entries()) {
          view.slices(to, (each) => each === slice);
          const isWhole = order.slice(0, i + 1).filter((each) => each < Math.ceil(size(to) / SLICE)).length;
          const members = isWhole === Math.ceil(size(to) / SLICE) ? size(to) : size(from);
          expect(view.at(0).members).toBe(members);
        }
        // A shrunken group's surplus slice may stand, and go.
        view.program.setSlice(`${groupOf(to).id}-2`, undefined, 0);
        expect(view.at(0).members).toBe(size(to));
      }),
      { numRuns: 12 },
    );
  });

  it("that stays in part is told of, and holds up nothing else", () => {
    const view = new View();
    view.slices(small);
    view.policy(toCompiledPolicySpec(policyOf(small)));
    view.slices(big, (slice) => slice !== 1);
    expect(view.at(0).members).toBe(SLICE + 1);
    expect(view.program.isWaiting).toBe(true);
    expect(view.messages(4_999)).toEqual([]);
    expect(view.messages(5_000)).toEqual([
      `AddressGroup ${groupOf(big).id}: a slice is missing; the last whole version is in force`,
    ]);
  });

  it("keeps the members that did not change as the values that they were", () => {
    const view = new View();
    view.slices(small);
    view.policy(toCompiledPolicySpec(policyOf(small)));
    const id = groupOf(small).id;
    const before = must(view.program.program(0).groups.get(id));
    view.slices(small);
    expect(view.program.program(0).groups.get(id)).toBe(before);
    view.slices(shop([...crowdPods(SLICE + 1), podAt("front-a", "10.9.9.9", { app: "front" })]));
    const after = must(view.program.program(0).groups.get(id));
    expect(after.members.length).toBe(before.members.length + 1);
    const known = new Set(before.members);
    expect(after.members.filter((member) => !known.has(member)).map(({ pod }) => pod)).toEqual(["x/front-a"]);
  });
});

const crowdPods = (size: number): Pod[] =>
  groupOf(crowd(size)).members.map(({ pod, addresses }) => ({
    ...podAt(pod.split("/")[1] ?? "", "10.0.0.0", { app: "front" }),
    addresses,
  }));

describe("what is garbage", () => {
  const good = toCompiledPolicySpec(policyOf(one));
  const goodGroup = must(toAddressGroupSpecs(groupOf(one))[0]);
  const name = `${goodGroup.group}-0`;

  it("leaves the last good version in force, whatever it is, and is told of", () => {
    const policies = fc.oneof(
      fc.anything(),
      fc.tuple(fc.constantFrom(...Object.keys(good)), fc.anything()).map(([field, value]) => ({
        ...good,
        [field]: value,
      })),
    );
    // Within the schema, and open.
    const opened = [
      { isolates: [], ingress: [], egress: [] },
      { ingress: [{ index: 0, peers: {}, ports: {} }] },
    ];
    for (const each of opened) expect(compiledPolicySpec.safeParse({ ...good, ...each }).success).toBe(true);
    const edits = fc.oneof(policies, fc.constantFrom(...opened.map((each) => ({ ...good, ...each }))));
    const slices = fc.oneof(
      fc.anything(),
      fc.tuple(fc.constantFrom(...Object.keys(goodGroup)), fc.anything()).map(([field, value]) => ({
        ...goodGroup,
        [field]: value,
      })),
      // Within the schema, and yet not what the digest is of.
      fc.array(fc.record({ pod: fc.string(), ips: fc.constant(["9.9.9.9"]) })).map((endpoints) => ({
        ...goodGroup,
        endpoints,
      })),
      fc.constant({ ...goodGroup, podSelector: { matchExpressions: [] } }),
      fc.constant({ ...goodGroup, group: "a".repeat(24) }),
    );
    fc.assert(
      fc.property(fc.array(edits), fc.array(slices, { minLength: 1 }), (badPolicies, badSlices) => {
        const view = new View();
        view.slice(name, goodGroup);
        view.policy(good);
        const before = view.program.program(0);
        for (const bad of badSlices) {
          view.slice(name, bad);
          const { groups } = view.program.program(1);
          expect(groups.get(goodGroup.group)).toBe(before.groups.get(goodGroup.group));
        }
        for (const bad of badPolicies) {
          view.policy(bad);
          expect(policiesIn(view)).toEqual([policyOf(one)]);
        }
      }),
    );
  });

  it("isolates whom it can be read to select where there was nothing before, and allows nothing", () => {
    const isolated = (spec: unknown) => {
      const view = new View();
      view.policy(spec);
      expect(view.messages(0)).toEqual([
        "CompiledPolicy x/web: cannot be read; it isolates, and allows nothing",
      ]);
      return must(must(view.program.program(0).tiers[0]).policies[0]);
    };
    const rules = { ingress: [], egress: [] };
    expect(isolated({ ...good, ingress: "all" })).toEqual({ ...policyOf(one), rules });
    const bothWays = { ingress: true, egress: true };
    expect(isolated({ ...good, isolates: "no" })).toEqual({ ...policyOf(one), isolates: bothWays, rules });
    const everybody = { kind: "all", requirements: [] };
    for (const nothing of [null, 7, "x", [], {}])
      expect(isolated(nothing)).toMatchObject({ subject: everybody, isolates: bothWays, rules });
  });

  it("of a name that no controller gives is passed over", () => {
    const view = new View();
    for (const each of ["x", "a-0", `${goodGroup.group}-01`, `${goodGroup.group}-0-0`, goodGroup.group]) {
      view.slice(each, goodGroup);
      expect(view.messages(0)).toEqual([`AddressGroup ${each}: no slice has such a name; it is passed over`]);
      view.program.setSlice(each, undefined, 0);
    }
    expect(view.program.program(0).groups.size).toBe(0);
  });
});

describe("this node's own pods", () => {
  it("leave groups as they go, though they are published a while longer, and are believed again after half a minute", () => {
    const view = new View();
    view.slices(one);
    view.policy(toCompiledPolicySpec(policyOf(one)));
    const own = { ...podAt("front-1", "10.0.0.1", { app: "front" }), node: "n1" };
    view.program.setPods([own], 0);
    expect(view.at(0).members).toBe(1);
    view.program.setPods([], 5);
    expect(view.at(5).members).toBe(0);
    expect(view.program.nextDue()).toBe(30_005);
    expect(view.at(30_005).members).toBe(1);
    expect(view.program.pods().map(keyOf)).toEqual(["x/front-1"]);
  });
});
