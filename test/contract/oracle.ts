import { compile } from "../../src/core/compile.ts";
import type { KubeClient } from "../../src/kube/client.ts";
import { importNetworkPolicy } from "../../src/kube/import-network-policy.ts";
import { groupIntents } from "../../src/kube/publish/group-intents.ts";
import { fingerprint } from "../../src/kube/publish/intent.ts";
import { policyIntent } from "../../src/kube/publish/policy-intent.ts";
import type { Parsed } from "../../src/kube/schema/decode.ts";
import { toNamespace } from "../../src/kube/schema/namespace.ts";
import { toPod } from "../../src/kube/schema/pod.ts";
import { collections } from "../../src/kube/wire/api.ts";
import { policyKey } from "../../src/core/policy.ts";

/** An object as far as the tests look into it. */
export interface ApiObject {
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly uid: string;
    readonly generation?: number;
    readonly resourceVersion: string;
    readonly labels?: Readonly<Record<string, string>>;
  };
  readonly spec?: unknown;
  readonly status?: unknown;
}

export async function listAll(client: KubeClient, path: string): Promise<readonly ApiObject[]> {
  return ((await client.request({ path })) as { readonly items: readonly ApiObject[] }).items;
}

const values = <T>(parsed: readonly Parsed<T>[]): T[] =>
  parsed.flatMap((each) => (each.ok ? [each.value] : []));

const keyOf = ({ metadata: { namespace, name } }: ApiObject): string =>
  namespace === undefined ? name : `${namespace}/${name}`;

/** The names of objects and digests of what they say. */
export type Publication = Readonly<Record<string, string>>;

const sorted = (entries: readonly (readonly [string, string])[]): Publication =>
  Object.fromEntries(entries.toSorted(([a], [b]) => (a < b ? -1 : 1)));

/** What is to be published, compiled from scratch from what the API server holds. */
export async function expectedPublication(client: KubeClient): Promise<Publication> {
  const raw = await listAll(client, "/apis/networking.k8s.io/v1/networkpolicies");
  const policies = new Map(
    raw.flatMap((each) => {
      const { policy } = importNetworkPolicy(each);
      return policy === undefined ? [] : [[keyOf(each), { policy, metadata: each.metadata }] as const];
    }),
  );
  const { tiers, groups } = compile({
    policies: [...policies.values()].map(({ policy }) => policy),
    pods: values((await listAll(client, "/api/v1/pods")).map(toPod)),
    namespaces: values((await listAll(client, "/api/v1/namespaces")).map(toNamespace)),
  });
  const compiled = tiers
    .flatMap((tier) => tier.policies)
    .map((policy) => {
      const { uid = "", generation = 0 } = policies.get(policyKey(policy))?.metadata ?? {};
      const intent = policyIntent(policy, { uid, generation });
      return [`policy ${intent.key}`, intent.fingerprint] as const;
    });
  const slices = [...groups.values()]
    .flatMap(groupIntents)
    .map((intent) => [`group ${intent.key}`, intent.fingerprint] as const);
  return sorted([...compiled, ...slices]);
}

/** What is published. */
export async function publication(client: KubeClient): Promise<Publication> {
  const policies = await listAll(client, collections.compiledPolicies);
  const groups = await listAll(client, collections.addressGroups);
  return sorted([
    ...policies.map((each) => [`policy ${keyOf(each)}`, fingerprint(each.spec)] as const),
    ...groups.map((each) => [`group ${keyOf(each)}`, fingerprint(each.spec)] as const),
  ]);
}
