import * as fc from "fast-check";
import type { Namespace, Pod } from "../../src/core/cluster.ts";
import type { Cluster } from "../../src/core/compile.ts";
import type { NetworkPolicy } from "../../src/core/network-policy.ts";
import { labelsArbitrary } from "./arbitrary/labels.ts";
import { type PodShape, namespaceName, namespaceNames, runningPod, writtenPod } from "./arbitrary/pods.ts";
import { anySpecArbitrary } from "./arbitrary/policies.ts";

/** Namespaces by name; one that is left out here may still have pods and policies in it. */
export const namespacesArbitrary: fc.Arbitrary<Namespace[]> = fc
  .subarray([...namespaceNames], { minLength: 1 })
  .chain((names) => fc.tuple(...names.map((name) => labelsArbitrary.map((labels) => ({ name, labels })))));

const podsOf = (shape: fc.Arbitrary<PodShape>): fc.Arbitrary<Pod[]> =>
  fc
    .array(shape, { maxLength: 9, size: "max" })
    .map((shapes) => shapes.map((each, i) => ({ ...each, name: `p${i}` })));

export const podsArbitrary = podsOf(runningPod);

export const policiesArbitrary: fc.Arbitrary<NetworkPolicy[]> = fc
  .array(fc.record({ namespace: namespaceName, spec: anySpecArbitrary }), {
    maxLength: 6,
    size: "max",
  })
  .map((policies) => policies.map((each, i) => ({ ...each, name: `np${i}` })));

/** A random cluster that runs on the two nodes of `arbitrary/addresses.ts`. */
export const clusterArbitrary: fc.Arbitrary<Cluster> = fc.record({
  namespaces: namespacesArbitrary,
  pods: podsArbitrary,
  policies: policiesArbitrary,
});

/** A random cluster as files tell of it: pods that never ran, at addresses that nobody knows. */
export const writtenClusterArbitrary: fc.Arbitrary<Cluster> = fc.record({
  namespaces: namespacesArbitrary,
  pods: podsOf(writtenPod),
  policies: policiesArbitrary,
});
