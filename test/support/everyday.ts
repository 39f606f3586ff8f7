/* What changes every day in a cluster, one thing at a time. */
import * as fc from "fast-check";
import type { Pod } from "../../src/core/cluster.ts";
import type { Cluster } from "../../src/core/compile.ts";
import { labelsArbitrary } from "./arbitrary/labels.ts";
import { addressOfBits, bitsOf } from "./bits.ts";
import type { Change } from "./change-arbitrary.ts";
import { clusterArbitrary, policiesArbitrary } from "./cluster-arbitrary.ts";
import { must } from "./must.ts";

/** The node whose pods are in 10.0.0.0/24 and fd00::/64; all others' are elsewhere. */
export const EVERYDAY_NODE = "n1";

/** As a cluster has them: each with addresses of its own, of its node's block. */
const settled = (cluster: Cluster): Cluster => ({
  ...cluster,
  pods: cluster.pods.map((pod, i): Pod => ({
    ...pod,
    hostNetwork: false,
    addresses: (pod.node === EVERYDAY_NODE ? ["10.0.0.", "fd00::"] : ["10.0.1.", "fd00:0:0:1::"]).map(
      (prefix) => addressOfBits(bitsOf(`${prefix}${i + 1}`)),
    ),
  })),
});

/** One pod, and the cluster without it. */
const withPod = (node: string): fc.Arbitrary<readonly [Cluster, number]> =>
  clusterArbitrary
    .map(settled)
    .filter(({ pods }) => pods.some((pod) => pod.node === node))
    .chain((cluster) => {
      const places = [...cluster.pods.keys()].filter((i) => cluster.pods[i]?.node === node);
      return fc.tuple(fc.constant(cluster), fc.constantFrom(...places));
    });

export const oneComes = (node: string): fc.Arbitrary<Change> =>
  withPod(node).map(([after, at]) => ({
    before: { ...after, pods: after.pods.toSpliced(at, 1) },
    after,
  }));

export const oneIsRelabelled = (node: string): fc.Arbitrary<Change> =>
  fc.tuple(withPod(node), labelsArbitrary).map(([[before, at], labels]) => ({
    before,
    after: { ...before, pods: before.pods.with(at, { ...must(before.pods[at]), labels }) },
  }));

export const backwards = (changes: fc.Arbitrary<Change>): fc.Arbitrary<Change> =>
  changes.map(({ before, after }) => ({ before: after, after: before }));

export const policiesChange: fc.Arbitrary<Change> = fc
  .tuple(clusterArbitrary.map(settled), policiesArbitrary)
  .map(([before, others]) => ({ before, after: { ...before, policies: others } }));

/** One pod takes another's place: in one pass one goes, and another comes. */
export const oneTakesAnothersPlace: fc.Arbitrary<Change> = withPod(EVERYDAY_NODE).map(([before, at]) => {
  const pod = must(before.pods[at]);
  const addresses = ["10.0.0.200", "fd00::200"].map((text) => addressOfBits(bitsOf(text)));
  return {
    before,
    after: { ...before, pods: before.pods.with(at, { ...pod, name: `${pod.name}-new`, addresses }) },
  };
});
