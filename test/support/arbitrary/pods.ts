import * as fc from "fast-check";
import type { Pod } from "../../../src/core/cluster.ts";
import { podAddressesArbitrary } from "./addresses.ts";
import { labelsArbitrary } from "./labels.ts";
import { namedPortsArbitrary } from "./ports.ts";

export const namespaceNames = ["a", "b", "c"] as const;

/** Most of a cluster is in one namespace, so that policies find their pods. */
export const namespaceName: fc.Arbitrary<string> = fc.constantFrom("a", "a", "a", "b", "b", "c");

/** A pod but for its name, which its place in the list gives it. */
export type PodShape = Omit<Pod, "name">;

const rarely = fc.oneof(
  { weight: 9, arbitrary: fc.constant(false) },
  { weight: 1, arbitrary: fc.constant(true) },
);

/** A pod as a running cluster has it: an address implies a node. */
export const runningPod: fc.Arbitrary<PodShape> = fc.record({
  namespace: namespaceName,
  labels: labelsArbitrary,
  addresses: podAddressesArbitrary,
  ports: namedPortsArbitrary,
  node: fc.constantFrom("n1", "n2"),
  hostNetwork: rarely,
  finished: rarely,
  createdAt: fc.constantFrom(0, 1, 2),
});

/** A pod as files have it: perhaps never scheduled, perhaps of unknown address. */
export const writtenPod: fc.Arbitrary<PodShape> = fc
  .record({
    pod: runningPod,
    isUnknown: fc.boolean(),
    isScheduled: fc.boolean(),
  })
  .map(({ pod, isUnknown, isScheduled }) => ({
    ...pod,
    addresses: isUnknown ? "unknown" : pod.addresses,
    node: isScheduled ? pod.node : undefined,
  }));
