import * as fc from "fast-check";
import type { Service } from "../../../src/kube/schema/service.ts";
import { labelsArbitrary } from "./labels.ts";
import { namespaceName } from "./pods.ts";

const port = fc.record({
  protocol: fc.constantFrom("TCP" as const, "TCP" as const, "UDP" as const, "SCTP" as const),
  name: fc.option(fc.constantFrom("http", "dns", "web"), { nil: undefined }),
  port: fc.constantFrom(80, 81, 443),
  targetPort: fc.oneof(fc.constantFrom(80, 443, 8080), fc.constantFrom("http", "dns")),
});

/** Services of every type, whose selectors find some pods, none, or are none. */
export const servicesArbitrary: fc.Arbitrary<Service[]> = fc.uniqueArray(
  fc.record({
    namespace: namespaceName,
    name: fc.constantFrom("one", "two"),
    type: fc.constantFrom(
      "ClusterIP" as const,
      "ClusterIP" as const,
      "NodePort" as const,
      "LoadBalancer" as const,
      "ExternalName" as const,
    ),
    selector: fc.option(labelsArbitrary, { nil: undefined, freq: 8 }),
    ports: fc.uniqueArray(port, {
      minLength: 1,
      maxLength: 3,
      selector: (each) => `${each.protocol}/${each.port}`,
    }),
    clusterIPs: fc.constant([]),
    externalTrafficPolicy: fc.constantFrom("Cluster" as const, "Local" as const),
  }),
  { minLength: 1, maxLength: 3, selector: ({ namespace, name }) => `${namespace}/${name}` },
);
