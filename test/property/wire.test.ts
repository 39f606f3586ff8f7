import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "../../src/core/compile.ts";
import type { Group, Member } from "../../src/core/program.ts";
import { everyPod, everyPodId } from "../../src/core/normalize.ts";
import { SLICE, fromAddressGroupSpecs, toAddressGroupSpecs } from "../../src/kube/wire/address-group.ts";
import { fromCompiledPolicySpec, toCompiledPolicySpec } from "../../src/kube/wire/compiled-policy.ts";
import { clusterArbitrary } from "../support/cluster-arbitrary.ts";
import { must } from "../support/must.ts";
import { search } from "../support/search.ts";

/** What the API server keeps of a value: no undefined, no prototypes, no shared parts. */
const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

describe("the wire form", () => {
  it("of every program reads back as the same program", () =>
    search("wire round trip", { cases: clusterArbitrary, inTest: 500 }, (cluster) => {
      const { tiers, groups } = compile(cluster);
      const policies = tiers.flatMap((tier) => tier.policies);
      for (const policy of policies) {
        const wire = overTheWire(toCompiledPolicySpec(policy));
        expect(fromCompiledPolicySpec(policy, wire)).toEqual(policy);
      }
      for (const group of groups.values()) {
        expect(fromAddressGroupSpecs(toAddressGroupSpecs(group).map(overTheWire))).toEqual(group);
      }
      return policies.length + groups.size;
    }));

  const member = (i: number): Member => ({
    pod: `x/p${i}`,
    addresses: [{ family: "IPv4", value: BigInt(i) }],
    ports: [],
  });
  const big: Group = {
    id: everyPodId,
    selector: everyPod,
    members: Array.from({ length: 2 * SLICE + 1 }, (_, i) => member(i)),
  };

  it("of a big group is cut into slices, which go together in any order", () => {
    const slices = toAddressGroupSpecs(big);
    expect(slices.map(({ endpoints }) => endpoints.length)).toEqual([SLICE, SLICE, 1]);
    expect(fromAddressGroupSpecs(slices.toReversed())).toEqual(big);
  });

  it("of half a group, of two versions, or of a group under another's id is refused", () => {
    const [first, second, third] = toAddressGroupSpecs(big).map((slice) => must(slice));
    const [, other] = toAddressGroupSpecs({
      ...big,
      members: big.members.map((each) => ({ ...each, pod: `${each.pod}x` })),
    });
    expect(fromAddressGroupSpecs([])).toBeUndefined();
    expect(fromAddressGroupSpecs([first, third])).toBeUndefined();
    expect(fromAddressGroupSpecs([first, other, third])).toBeUndefined();
    expect(fromAddressGroupSpecs([first, first, third])).toBeUndefined();
    const stolen = [first, second, third].map((slice) => ({ ...slice, group: "a".repeat(24) }));
    expect(fromAddressGroupSpecs(stolen)).toBeUndefined();
    const edited = { ...must(second), endpoints: must(second).endpoints.slice(1) };
    expect(fromAddressGroupSpecs([first, edited, third])).toBeUndefined();
  });

  it("of anything else is refused, never thrown at", () => {
    const policy = must(
      compile({
        namespaces: [],
        pods: [],
        policies: [
          { namespace: "x", name: "p", spec: { podSelector: {}, ingress: [{ ports: [{ port: 80 }] }] } },
        ],
      }).tiers[0]?.policies[0],
    );
    const good = toCompiledPolicySpec(policy);
    fc.assert(
      fc.property(fc.anything(), fc.constantFrom(...Object.keys(good)), (value, field) => {
        fromCompiledPolicySpec(policy, value);
        fromAddressGroupSpecs([value]);
        fromCompiledPolicySpec(policy, { ...good, [field]: value });
      }),
    );
    for (const TCP of ["0", "80-70", "65536", "80,", "http"]) {
      const ingress = [{ index: 0, peers: {}, ports: { TCP } }];
      expect(fromCompiledPolicySpec(policy, { ...good, ingress })).toBeUndefined();
    }
    const cidrs = [{ index: 0, peers: { cidrs: ["10.0.0.0/33"] }, ports: {} }];
    expect(fromCompiledPolicySpec(policy, { ...good, ingress: cidrs })).toBeUndefined();
  });
});
