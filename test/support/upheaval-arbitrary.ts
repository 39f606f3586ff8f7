import * as fc from "fast-check";
import { labelsArbitrary } from "./arbitrary/labels.ts";
import { type Change, changeArbitrary } from "./change-arbitrary.ts";
import { crowdChangeArbitrary } from "./crowd-arbitrary.ts";
import { clusterArbitrary, namespacesArbitrary, policiesArbitrary } from "./cluster-arbitrary.ts";

/** The same pods, each perhaps with other labels: many move between sets and classes that stay. */
const relabelling: fc.Arbitrary<Change> = fc
  .tuple(clusterArbitrary, fc.array(fc.option(labelsArbitrary), { minLength: 9, maxLength: 9 }))
  .map(([before, labels]) => ({
    before,
    after: { ...before, pods: before.pods.map((pod, i) => ({ ...pod, labels: labels[i] ?? pod.labels })) },
  }));

/** Pods and policies stay in number and place, and some of all else is another. */
const mixture: fc.Arbitrary<Change> = fc
  .tuple(relabelling, policiesArbitrary, fc.option(namespacesArbitrary), fc.nat(5))
  .map(([{ before, after }, others, namespaces, at]) => ({
    before,
    after: {
      ...after,
      namespaces: namespaces ?? after.namespaces,
      policies: after.policies.map((policy, i) =>
        i === at ? { ...policy, spec: others[i]?.spec ?? policy.spec } : policy,
      ),
    },
  }));

/** Changes of many things at once, beside those of one. */
export const upheavalArbitrary: fc.Arbitrary<Change> = fc.oneof(changeArbitrary, relabelling, mixture, {
  weight: 3,
  arbitrary: crowdChangeArbitrary,
});
