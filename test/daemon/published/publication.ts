import type { ObjectKey } from "../../../src/core/cluster.ts";
import { policyKey } from "../../../src/core/policy.ts";
import type { Program } from "../../../src/core/program.ts";
import { type PublishedObject, readPublished } from "../../../src/daemon/published/published-object.ts";
import { groupIntents } from "../../../src/kube/publish/group-intents.ts";
import type { Intent } from "../../../src/kube/publish/intent.ts";
import { type Published, planPublication } from "../../../src/kube/publish/plan-publication.ts";
import { policyIntent } from "../../../src/kube/publish/policy-intent.ts";

/** What a watch of one collection tells. */
export interface Told {
  readonly collection: Published;
  readonly key: ObjectKey;
  /** As it came over the wire; absent where the object is gone. */
  readonly object: PublishedObject | undefined;
}

interface Stored {
  readonly fingerprint: string;
  readonly resourceVersion: string;
}

/** An API server's two collections, as a controller's writes leave them. Keeps what each write would have watches tell. */
export class Publication {
  readonly #stored: Record<Published, Map<ObjectKey, Stored>> = {
    compiledPolicies: new Map(),
    addressGroups: new Map(),
  };
  #version = 0;

  /** Makes the program stand, and returns what watches tell of that, in order of the writes. */
  publish({ tiers, groups }: Program): Told[] {
    const policies = tiers
      .flatMap((tier) => tier.policies)
      .map((policy): [ObjectKey, Intent] => [
        policyKey(policy),
        policyIntent(policy, { uid: "u", generation: 1 }),
      ]);
    const slices = [...groups.values()].flatMap(groupIntents);
    const wanted = {
      compiledPolicies: new Map(policies),
      addressGroups: new Map(slices.map((intent) => [intent.key, intent])),
    };
    return planPublication(wanted, this.#stored)
      .flat()
      .map((write): Told => {
        const { collection } = write;
        this.#version += 1;
        if (write.kind === "delete") {
          this.#stored[collection].delete(write.key);
          return { collection, key: write.key, object: undefined };
        }
        const { key, fingerprint, spec } = write.intent;
        this.#stored[collection].set(key, { fingerprint, resourceVersion: String(this.#version) });
        return { collection, key, object: overTheWire(spec, this.#version) };
      });
  }
}

/** An object as a watch brings it: JSON, with what the API server adds. */
export function overTheWire(spec: unknown, generation: number): PublishedObject {
  const raw: unknown = JSON.parse(JSON.stringify({ metadata: { uid: "u", generation }, spec }));
  return readPublished(raw);
}
