import * as fc from "fast-check";
import type { Cluster } from "../../src/core/compile.ts";
import {
  clusterArbitrary,
  namespacesArbitrary,
  podsArbitrary,
  policiesArbitrary,
} from "./cluster-arbitrary.ts";

/** A cluster, and what it is next. */
export interface Change {
  readonly before: Cluster;
  readonly after: Cluster;
}

/** One item of the list is replaced by one of the others, or goes, or comes. */
function edited<T>(items: readonly T[], others: readonly T[], at: number): T[] {
  const place = items.length === 0 ? 0 : at % items.length;
  return [...items.slice(0, place), ...others.slice(0, at % 3), ...items.slice(place + 1)];
}

/** Names stay apart: what an edit brings takes the place of what it names. */
function named<T extends { readonly name: string }>(items: readonly T[], prefix: string): T[] {
  return items.map((item, i) => ({ ...item, name: `${prefix}${i}` }));
}

const policyEdit: fc.Arbitrary<Change> = fc
  .tuple(clusterArbitrary, policiesArbitrary, fc.nat(11))
  .map(([before, others, at]) => ({
    before,
    after: { ...before, policies: named(edited(before.policies, others, at), "np") },
  }));

const podEdit: fc.Arbitrary<Change> = fc
  .tuple(clusterArbitrary, podsArbitrary, fc.nat(11))
  .map(([before, others, at]) => ({
    before,
    after: { ...before, pods: named(edited(before.pods, others, at), "p") },
  }));

const namespaceEdit: fc.Arbitrary<Change> = fc
  .tuple(clusterArbitrary, namespacesArbitrary)
  .map(([before, namespaces]) => ({ before, after: { ...before, namespaces } }));

/** From a little to everything. */
export const changeArbitrary: fc.Arbitrary<Change> = fc.oneof(
  policyEdit,
  podEdit,
  namespaceEdit,
  fc.record({ before: clusterArbitrary, after: clusterArbitrary }),
);
