import type { Family } from "../../core/address.ts";
import type { ObjectKey } from "../../core/cluster.ts";
import type { CountedRule } from "../counters/counted-rule.ts";
import { ruleMeaning } from "../counters/rule-meaning.ts";

/** What the kernel's own rules tell about denials, so that they can be explained without an API server. */
export interface StandingNames {
  /** By class chain: the policies that isolate its pods, as far as the comments had room for them. */
  readonly policies: ReadonlyMap<string, readonly ObjectKey[]>;
  /** By address: this node's pods that are isolated. */
  readonly pods: ReadonlyMap<string, ObjectKey>;
}

/** A leaf of the dispatch: one address leads to its class, and the comment names the pod. */
const LEAF = /(?:^| )-[sd] ([^ /]+)(?:\/(?:32|128))? .*-g SV-C-/;

export function standingNames(rules: Readonly<Record<Family, readonly CountedRule[]>>): StandingNames {
  const policies = new Map<string, Set<ObjectKey>>();
  const pods = new Map<string, ObjectKey>();
  for (const each of [...rules.IPv4, ...rules.IPv6]) {
    const meaning = ruleMeaning(each);
    const named =
      meaning.kind === "denied" ? meaning.policies : meaning.kind === "rule" ? [meaning.rule.policy] : [];
    if (named.length > 0) {
      const known = policies.get(each.chain) ?? new Set();
      policies.set(each.chain, known.union(new Set(named)));
    }
    const address = LEAF.exec(each.rule)?.[1];
    if (address !== undefined) pods.set(address, each.comment);
  }
  return { policies: new Map([...policies].map(([chain, keys]) => [chain, [...keys].sort()])), pods };
}
