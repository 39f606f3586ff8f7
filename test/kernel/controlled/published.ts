import { compile } from "../../../src/core/compile.ts";
import type { KubeClient } from "../../../src/kube/client.ts";
import { fromAddressGroupSpecs } from "../../../src/kube/wire/address-group.ts";
import { collections } from "../../../src/kube/wire/api.ts";
import { fromCompiledPolicySpec } from "../../../src/kube/wire/compiled-policy.ts";
import { clusterNow } from "../../../src/lab/cluster/cluster-now.ts";

interface Listed {
  readonly metadata: { readonly namespace: string; readonly name: string };
  readonly spec: { readonly group?: string };
}

async function list(client: KubeClient, path: string): Promise<readonly Listed[]> {
  const { items } = (await client.request({ path })) as { readonly items: readonly Listed[] };
  return items;
}

const text = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? String(each) : each));

const byId = (a: { id: string } | undefined, b: { id: string } | undefined): number =>
  (a?.id ?? "") < (b?.id ?? "") ? -1 : 1;

/** What is published, read as an enforcer reads it. */
async function published(client: KubeClient): Promise<string> {
  const policies = (await list(client, collections.compiledPolicies)).map(({ metadata, spec }) =>
    fromCompiledPolicySpec(metadata, spec),
  );
  const slices = Map.groupBy(await list(client, collections.addressGroups), ({ spec }) => spec.group ?? "");
  const groups = [...slices.values()].map((each) => fromAddressGroupSpecs(each.map(({ spec }) => spec)));
  return text({ policies, groups: groups.sort(byId) });
}

async function wanted(client: KubeClient): Promise<string> {
  const { tiers, groups } = compile(await clusterNow(client));
  return text({ policies: tiers.flatMap((tier) => tier.policies), groups: [...groups.values()].sort(byId) });
}

/** Whether what is published is what the cluster, as it is, asks for. */
export const isPublished = async (client: KubeClient): Promise<boolean> =>
  (await published(client)) === (await wanted(client));
