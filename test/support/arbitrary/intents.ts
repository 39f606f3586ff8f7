import * as fc from "fast-check";
import type { Cluster } from "../../../src/core/compile.ts";
import type { LabelSelector, LabelSelectorRequirement } from "../../../src/core/selector.ts";
import type { Protocol } from "../../../src/core/traffic.ts";
import type { Service } from "../../../src/kube/schema/service.ts";
import { servicesArbitrary } from "./services.ts";
import { selectorArbitrary } from "./labels.ts";
import { namespaceName } from "./pods.ts";
import { clusterArbitrary, writtenClusterArbitrary } from "../cluster-arbitrary.ts";
import { must } from "../must.ts";

/** Whom an end of an intent means: its text, and naively everybody of whom it is true. */
export type EndShape =
  | { readonly kind: "pod"; readonly pick: number }
  | { readonly kind: "selected"; readonly namespace: string | LabelSelector; readonly pods: LabelSelector }
  | { readonly kind: "block"; readonly cidr: string }
  | { readonly kind: "world" }
  | { readonly kind: "service"; readonly pick: number };

const endArbitrary: fc.Arbitrary<EndShape> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ kind: fc.constant("pod" as const), pick: fc.nat(8) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constant("selected" as const),
      namespace: fc.oneof(
        { weight: 2, arbitrary: namespaceName },
        { weight: 1, arbitrary: selectorArbitrary },
      ),
      pods: fc.oneof(fc.constant({}), selectorArbitrary),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("block" as const),
      cidr: fc.constantFrom("10.0.0.0/8", "10.0.0.0/30", "203.0.113.0/24", "fd00::/16", "10.0.1.7/32"),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ kind: "world" as const }) },
);

const destinationArbitrary: fc.Arbitrary<EndShape> = fc.oneof(
  { weight: 3, arbitrary: endArbitrary },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("service" as const), pick: fc.nat(8) }) },
);

const portArbitrary = fc.oneof(
  fc.record({
    port: fc.constantFrom(1, 80, 81, 443, 8080, 65_535),
    protocol: fc.constantFrom("TCP", "UDP", "SCTP"),
  }),
  fc.record({ port: fc.constantFrom("http", "dns"), protocol: fc.constantFrom("TCP", "UDP", "SCTP") }),
) as fc.Arbitrary<{ readonly port: number | string; readonly protocol: Protocol }>;

/** An intent and what it is asked of. */
export const intentCases = fc.record({
  cluster: fc.oneof(clusterArbitrary, writtenClusterArbitrary),
  expect: fc.constantFrom("allow" as const, "deny" as const),
  from: fc.array(endArbitrary, { minLength: 1, maxLength: 2 }),
  to: fc.array(destinationArbitrary, { minLength: 1, maxLength: 2 }),
  ports: fc.option(
    fc.array(
      fc.oneof(
        { weight: 5, arbitrary: portArbitrary },
        { weight: 1, arbitrary: fc.constant("icmp" as const) },
      ),
      { minLength: 1, maxLength: 2 },
    ),
    { nil: undefined },
  ),
  services: servicesArbitrary,
});

export type IntentCase = typeof intentCases extends fc.Arbitrary<infer T> ? T : never;

function requirementText({ key, operator, values = [] }: LabelSelectorRequirement): string {
  switch (operator) {
    case "In":
      return `${key} in (${values.join(",")})`;
    case "NotIn":
      return `${key} notin (${values.join(",")})`;
    case "Exists":
      return key;
    case "DoesNotExist":
      return `!${key}`;
  }
}

export function selectorText({ matchLabels = {}, matchExpressions = [] }: LabelSelector): string {
  const equalities = Object.entries(matchLabels).map(([key, value]) => `${key}=${value}`);
  return `{${[...equalities, ...matchExpressions.map(requirementText)].join(",")}}`;
}

export const serviceOf = (pick: number, services: readonly Service[]): Service =>
  must(services[pick % services.length]);

/** As people write it. */
export function endText(end: EndShape, { pods }: Cluster, services: readonly Service[]): string {
  switch (end.kind) {
    case "pod": {
      const pod = pods[end.pick % pods.length];
      return pod === undefined ? "a/nobody" : `${pod.namespace}/${pod.name}`;
    }
    case "selected": {
      const where = typeof end.namespace === "string" ? end.namespace : selectorText(end.namespace);
      return `${where}/${selectorText(end.pods)}`;
    }
    case "block":
      return end.cidr;
    case "world":
      return "world";
    case "service": {
      const { namespace, name } = serviceOf(end.pick, services);
      return `${namespace}/svc/${name}`;
    }
  }
}
