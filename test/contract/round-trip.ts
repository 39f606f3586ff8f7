import { describe, expect, test } from "vitest";
import { compile } from "../../src/core/compile.ts";
import { groupIntents } from "../../src/kube/publish/group-intents.ts";
import { type Intent, fingerprint } from "../../src/kube/publish/intent.ts";
import type { Published } from "../../src/kube/publish/plan-publication.ts";
import { policyIntent } from "../../src/kube/publish/policy-intent.ts";
import { objectPath, writeObject } from "../../src/kube/publish/write-object.ts";
import { clusterArbitrary } from "../support/cluster-arbitrary.ts";
import { asyncSearch } from "./async-search.ts";
import type { ApiObject } from "./oracle.ts";
import { type Subject, newNamespace } from "./subject.ts";

const signal = new AbortController().signal;

/** What is written is what is read: neither defaults nor pruning change what a compiled program says. */
export function roundTripContract(subject: Subject): void {
  describe("every compiled program", () => {
    test("is read back as it was written, and replaced by the next in one step each", async () => {
      const { client } = subject();
      const namespace = await newNamespace(client);
      const standing = new Map<string, string>();
      const put = async (collection: Published, intent: Intent, key: string): Promise<void> => {
        const metadata = { ...intent.metadata, ownerReferences: undefined, name: key.split("/").at(-1) };
        const placed = {
          ...intent,
          key,
          metadata: key.includes("/") ? { ...metadata, namespace } : metadata,
        };
        const write = {
          kind: "apply",
          collection,
          intent: placed,
          resourceVersion: standing.get(key),
        } as const;
        await writeObject(client, write, signal);
        const read = (await client.request({ path: objectPath(collection, key) })) as ApiObject;
        standing.set(key, read.metadata.resourceVersion);
        expect(fingerprint(read.spec)).toBe(intent.fingerprint);
        expect(read.spec).toEqual(JSON.parse(JSON.stringify(intent.spec)));
      };
      await asyncSearch(
        "round trip through an API server",
        { cases: clusterArbitrary, inTest: 25 },
        async (cluster) => {
          const { tiers, groups } = compile(cluster);
          const policies = tiers.flatMap((tier) => tier.policies);
          for (const [i, policy] of policies.entries())
            await put(
              "compiledPolicies",
              policyIntent(policy, { uid: "u", generation: i }),
              `${namespace}/p${i}`,
            );
          for (const group of groups.values())
            for (const intent of groupIntents(group)) await put("addressGroups", intent, intent.key);
        },
      );
      for (const [key, resourceVersion] of standing) {
        const collection = key.includes("/") ? "compiledPolicies" : "addressGroups";
        await writeObject(client, { kind: "delete", collection, key, resourceVersion }, signal);
      }
    });
  });
}
