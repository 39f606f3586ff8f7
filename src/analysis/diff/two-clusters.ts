import type { AddressSet } from "../../core/address-set.ts";
import { type Namespace, keyOf } from "../../core/cluster.ts";
import type { NetworkPolicy } from "../../core/network-policy.ts";
import { type NormalizedPolicy, normalize } from "../../core/normalize.ts";
import { type GroupId, type GroupSelector, type Policy, directions } from "../../core/policy.ts";
import type { Party } from "../party.ts";
import type { DiffSide } from "./diff-side.ts";
import { type Versions, bothOf, meaningText, versions } from "./versions.ts";

/** Two clusters side by side: each object once, with what it is on either side. */
export interface TwoClusters {
  readonly namespaces: ReadonlyMap<string, Versions<Namespace>>;
  readonly policies: readonly Versions<Policy>[];
  readonly parties: readonly Versions<Party>[];
  /** The groups that the policies of both sides name. */
  readonly groups: ReadonlyMap<GroupId, GroupSelector>;
  /** The addresses that their rules name. */
  readonly blocks: readonly AddressSet[];
}

const byKey = (policies: readonly NormalizedPolicy[]): Map<string, Policy> =>
  new Map(policies.map(({ policy }) => [keyOf(policy), policy]));

const normalized = (policies: readonly NetworkPolicy[]): NormalizedPolicy[] => policies.map(normalize);

/** A pod's uid and age tell who it is, not what it may do. */
function partyMeaning({ end }: Party): unknown {
  if (end.kind !== "pod") return end;
  const { labels, addresses, ports, node } = end.pod;
  return { labels, addresses, ports, node };
}

const byName = <T extends { readonly name: string }>(all: readonly T[]): Map<string, T> =>
  new Map(all.map((each) => [each.name, each]));

/** Rules in other order, or twice, are the same policy: their numbers are only how people find them. */
function policyMeaning({ rules, ...policy }: Policy): unknown {
  const texts = directions.map((direction) => [
    ...new Set(rules[direction].map(({ peers, ports }) => meaningText({ peers, ports })).sort()),
  ]);
  return { ...policy, rules: texts };
}

export function twoClusters(before: DiffSide, after: DiffSide): TwoClusters {
  const [old, fresh] = [normalized(before.policies), normalized(after.policies)];
  const policies = versions("policy", byKey(old), byKey(fresh), policyMeaning);
  const sets = policies
    .flatMap(bothOf)
    .flatMap(({ rules }) => directions.flatMap((direction) => rules[direction]))
    .flatMap(({ peers }) => (peers.kind === "some" ? [peers.addresses] : []));
  const namespaces = versions(
    "namespace",
    byName(before.namespaces),
    byName(after.namespaces),
    ({ labels }) => labels,
  );
  return {
    namespaces: new Map(namespaces.map((each) => [each.key, each])),
    policies,
    parties: versions("end", byName(before.parties), byName(after.parties), partyMeaning),
    groups: new Map([...old, ...fresh].flatMap(({ groups }) => [...groups])),
    blocks: sets,
  };
}
