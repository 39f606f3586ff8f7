import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { compile } from "../../../src/core/compile.ts";
import { policyKey } from "../../../src/core/policy.ts";
import type { Program } from "../../../src/core/program.ts";
import { groupIntents } from "../../../src/kube/publish/group-intents.ts";
import { type Intent, type Standing, fingerprint } from "../../../src/kube/publish/intent.ts";
import { type Published, type Write, planPublication } from "../../../src/kube/publish/plan-publication.ts";
import { policyIntent } from "../../../src/kube/publish/policy-intent.ts";
import { fromAddressGroupSpecs, toAddressGroupSpecs } from "../../../src/kube/wire/address-group.ts";
import { type CompiledPolicySpec, fromCompiledPolicySpec } from "../../../src/kube/wire/compiled-policy.ts";
import { clusterArbitrary } from "../../support/cluster-arbitrary.ts";
import { search } from "../../support/search.ts";

type Objects = Readonly<Record<Published, ReadonlyMap<string, Standing & { readonly spec: unknown }>>>;
type Wanted = Readonly<Record<Published, ReadonlyMap<string, Intent>>>;

const nothing: Objects = { compiledPolicies: new Map(), addressGroups: new Map() };

function wantedOf({ tiers, groups }: Program): Wanted {
  const policies = tiers.flatMap((tier) => tier.policies);
  return {
    addressGroups: new Map([...groups.values()].flatMap(groupIntents).map((intent) => [intent.key, intent])),
    compiledPolicies: new Map(
      policies.map((policy) => [policyKey(policy), policyIntent(policy, { uid: "u", generation: 1 })]),
    ),
  };
}

function after(objects: Objects, write: Write): Objects {
  const collection = new Map(objects[write.collection]);
  if (write.kind === "delete") collection.delete(write.key);
  else {
    const { key, spec } = write.intent;
    collection.set(key, { spec, fingerprint: fingerprint(spec), resourceVersion: "1" });
  }
  return { ...objects, [write.collection]: collection };
}

/** Names of groups that some policy speaks of and that are not all there. */
function dangling({ compiledPolicies, addressGroups }: Objects): string[] {
  const specs = [...addressGroups.values()].map(({ spec }) => spec as { readonly group: string });
  const named = [...compiledPolicies.values()].flatMap(({ spec }) => {
    const { ingress, egress } = spec as CompiledPolicySpec;
    return [...ingress, ...egress].flatMap(({ peers }) => peers.groups ?? []);
  });
  return [...new Set(named)].filter((id) => !specs.some(({ group }) => group === id));
}

describe("a publication", () => {
  it("leads from any cluster to any other, and at no write does a policy name a group that is not there", () =>
    search(
      "publication order",
      { cases: fc.tuple(clusterArbitrary, clusterArbitrary), inTest: 200 },
      ([from, to]) => {
        const [before, wanted] = [wantedOf(compile(from)), wantedOf(compile(to))];
        let objects = planPublication(before, nothing).flat().reduce(after, nothing);
        let writes = 0;
        for (const stage of planPublication(wanted, objects)) {
          // Within a stage the order is free: forwards here, backwards where the number of writes is even.
          for (const write of stage.length % 2 === 0 ? stage.toReversed() : stage) {
            objects = after(objects, write);
            writes += 1;
            expect(dangling(objects)).toEqual([]);
          }
        }
        expect(planPublication(wanted, objects)).toEqual([]);
        const read = [...objects.compiledPolicies].map(([key, { spec }]) => {
          const [namespace = "", name = ""] = key.split("/");
          return fromCompiledPolicySpec({ namespace, name }, spec);
        });
        const program = compile(to);
        expect(
          read.toSorted((a, b) => ((a && policyKey(a)) ?? "").localeCompare((b && policyKey(b)) ?? "")),
        ).toEqual(
          program.tiers
            .flatMap((tier) => tier.policies)
            .toSorted((a, b) => policyKey(a).localeCompare(policyKey(b))),
        );
        for (const [id, group] of program.groups) {
          const specs = [...objects.addressGroups.values()]
            .map(({ spec }) => spec as { readonly group: string })
            .filter(({ group: of }) => of === id);
          expect(fromAddressGroupSpecs(specs)).toEqual(fromAddressGroupSpecs(toAddressGroupSpecs(group)));
        }
        return writes;
      },
    ));

  it("of a policy whose normal form is too large for etcd isolates and allows nothing", () => {
    const cidr = (i: number): string => `10.${i >> 8}.${i & 255}.0/24`;
    const program = compile({
      namespaces: [{ name: "x", labels: {} }],
      pods: [],
      policies: [
        {
          namespace: "x",
          name: "big",
          spec: {
            podSelector: {},
            ingress: [
              {
                from: Array.from({ length: 65_536 }, (_, i) => ({
                  ipBlock: { cidr: cidr(i), except: [`10.${i >> 8}.${i & 255}.1/32`] },
                })),
              },
            ],
          },
        },
      ],
    });
    const [policy] = program.tiers[0]?.policies ?? [];
    if (policy === undefined) throw new Error("the policy is gone");
    const intent = policyIntent(policy, { uid: "u", generation: 1 });
    expect(intent.isTooLarge).toBe(true);
    expect(intent.spec).toMatchObject({ isolates: ["ingress"], ingress: [], egress: [] });
  });
});
