import * as z from "zod/mini";
import type { KubeClient } from "../../../src/kube/client.ts";
import { startReflector } from "../../../src/kube/reflector.ts";
import { Store } from "../../../src/kube/store.ts";
import { collections } from "../../../src/kube/wire/api.ts";
import { compiledPolicyStatus } from "../../../src/kube/wire/compiled-policy-status.ts";

const compiled = z.looseObject({
  metadata: z.looseObject({ namespace: z.string(), name: z.string(), generation: z.int() }),
  status: z.optional(compiledPolicyStatus),
});

function isEnforced(raw: unknown): boolean {
  const { metadata, status } = compiled.parse(raw);
  const found = status?.conditions?.find(({ type }) => type === "Enforced");
  return status?.observedGeneration === metadata.generation && found?.status === "True";
}

/** The keys of all policies that are enforced as they now are. */
export async function enforcedAll(client: KubeClient): Promise<string[]> {
  const { items } = (await client.request({ path: collections.compiledPolicies })) as { items: unknown[] };
  return items.filter(isEnforced).map((raw) => {
    const { metadata } = compiled.parse(raw);
    return `${metadata.namespace}/${metadata.name}`;
  });
}

const GIVE_UP = 30_000;

interface Follower {
  /** Resolves once the policy is enforced as it then is; rejects after half a minute. */
  readonly seen: Promise<void>;
  readonly end: () => Promise<void>;
}

/** Follows a policy, as `kubectl wait` does; the watch stands when this resolves, so that it costs none of the time that is taken. */
export async function untilEnforced(client: KubeClient, key: string): Promise<Follower> {
  const stop = new AbortController();
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const timer = setTimeout(() => reject(new Error(`${key} is not enforced after ${GIVE_UP} ms`)), GIVE_UP);
  const store = new Store<unknown>((changed, object) => {
    if (changed === key && object !== undefined && isEnforced(object)) resolve();
  });
  const { done, synced } = startReflector({
    client,
    path: collections.compiledPolicies,
    read: (object) => object,
    store,
    signal: stop.signal,
  });
  await synced;
  return {
    seen: promise,
    end: async () => {
      clearTimeout(timer);
      stop.abort();
      await done;
    },
  };
}
