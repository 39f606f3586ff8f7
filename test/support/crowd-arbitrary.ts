import * as fc from "fast-check";
import type { Namespace, Pod } from "../../src/core/cluster.ts";
import type { Cluster } from "../../src/core/compile.ts";
import type { NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "../../src/core/network-policy.ts";
import { addressOfBits, bitsOf } from "./bits.ts";
import type { Change } from "./change-arbitrary.ts";

/** A pod's place: its address is its own, and its node. */
interface Place {
  readonly address: string;
  readonly node: string;
}

const places: readonly Place[] = [
  ...["10.0.0.1", "10.0.0.2", "10.0.0.3", "10.0.1.1"].map((address) => ({ address, node: "n1" })),
  ...["10.0.1.5", "10.0.1.6"].map((address) => ({ address, node: "n2" })),
];

const app = fc.constantFrom("x", "y");
const apps = app.map((value) => ({ matchLabels: { app: value } }));
const stages = app.map((value) => ({ matchLabels: { stage: value } }));

export const podAt = ({ address, node }: Place, i: number, labels: Pod["labels"], port: number): Pod => ({
  namespace: "a",
  name: `p${i}`,
  labels,
  addresses: [addressOfBits(bitsOf(address))],
  ports: [{ name: "http", protocol: "TCP", port }],
  node,
  hostNetwork: false,
  finished: false,
  createdAt: 0,
});

/** In each place a pod, or nobody. */
const podsArbitrary: fc.Arbitrary<readonly (Pod | undefined)[]> = fc.tuple(
  ...places.map((place, i) =>
    fc.option(
      fc.tuple(app, fc.constantFrom(80, 443)).map(([value, port]) => podAt(place, i, { app: value }, port)),
      { nil: undefined, freq: 5 },
    ),
  ),
);

const peer: fc.Arbitrary<NetworkPolicyPeer> = fc.oneof(
  { weight: 3, arbitrary: apps.map((podSelector) => ({ podSelector })) },
  { weight: 1, arbitrary: stages.map((namespaceSelector) => ({ namespaceSelector })) },
);
const ports: fc.Arbitrary<readonly NetworkPolicyPort[]> = fc.constantFrom<NetworkPolicyPort[][]>(
  [],
  [{ port: 80 }],
  [{ port: 443 }],
  [{ port: "http" }],
);

const specArbitrary = fc.record({
  podSelector: fc.oneof(fc.constant({}), apps),
  policyTypes: fc.constantFrom<("Ingress" | "Egress")[][]>(["Ingress", "Egress"], ["Ingress"], ["Egress"]),
  ingress: fc.array(fc.record({ from: fc.tuple(peer), ports }), { maxLength: 2 }),
  egress: fc.array(fc.record({ to: fc.tuple(peer), ports }), { maxLength: 2 }),
});

const policiesArbitrary: fc.Arbitrary<readonly NetworkPolicy["spec"][]> = fc.array(specArbitrary, {
  minLength: 1,
  maxLength: 3,
  size: "max",
});

const namespaceArbitrary: fc.Arbitrary<Namespace> = app.map((stage) => ({ name: "a", labels: { stage } }));

interface Crowd {
  readonly namespace: Namespace;
  readonly pods: readonly (Pod | undefined)[];
  readonly specs: readonly NetworkPolicy["spec"][];
}

export const clusterOf = ({ namespace, pods, specs }: Crowd): Cluster => ({
  namespaces: [namespace],
  pods: pods.filter((pod) => pod !== undefined),
  policies: specs.map((spec, i) => ({ namespace: "a", name: `np${i}`, spec })),
});

const crowdArbitrary: fc.Arbitrary<Crowd> = fc.record({
  namespace: namespaceArbitrary,
  pods: podsArbitrary,
  specs: policiesArbitrary,
});

/** Some of the list are those of the other one. */
const mixed = <T>(items: readonly T[], others: readonly T[], which: number): T[] =>
  items.map((item, i) => (((which >> i) & 1) === 1 ? (others[i] ?? item) : item));

/**
 * Few pods, most of them of one node and judged both ways by few policies, all of which know two labels: most of what one
 * of them does concerns all. Any of them change at once.
 */
export const crowdChangeArbitrary: fc.Arbitrary<Change> = fc
  .tuple(crowdArbitrary, crowdArbitrary, fc.nat(63), fc.nat(7), fc.boolean())
  .map(([before, other, movedPods, movedSpecs, movesNamespace]) => ({
    before: clusterOf(before),
    after: clusterOf({
      namespace: movesNamespace ? other.namespace : before.namespace,
      pods: before.pods.map((pod, i) => (((movedPods >> i) & 1) === 1 ? other.pods[i] : pod)),
      specs: mixed(before.specs, other.specs, movedSpecs),
    }),
  }));
