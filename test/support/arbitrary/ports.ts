import * as fc from "fast-check";
import type { NamedPort } from "../../../src/core/cluster.ts";
import type { NetworkPolicyPort } from "../../../src/core/network-policy.ts";

const protocol = fc.constantFrom("TCP" as const, "UDP" as const, "SCTP" as const);
const name = fc.constantFrom("http", "dns");
const number = fc.oneof(
  fc.constantFrom(1, 80, 81, 82, 443, 8080, 65_534, 65_535),
  fc.integer({ min: 1, max: 65_535 }),
);

/** Pods give the same name other numbers, one name under two protocols, and one name twice. */
export const namedPortsArbitrary: fc.Arbitrary<readonly NamedPort[]> = fc.array(
  fc.record({ name, protocol, port: fc.constantFrom(80, 81, 8080, 65_535) }),
  { maxLength: 4, size: "max" },
);

const optionalProtocol = fc.option(protocol, { nil: undefined });

const range = fc.tuple(optionalProtocol, number, number).map(([protocol, a, b]) => ({
  protocol,
  port: Math.min(a, b),
  endPort: Math.max(a, b),
}));

const port: fc.Arbitrary<NetworkPolicyPort> = fc.oneof(
  fc.record({ protocol: optionalProtocol }),
  fc.record({ protocol: optionalProtocol, port: number }),
  fc.record({ protocol: optionalProtocol, port: name }),
  range,
);

/** More separate ports than one multiport match takes. */
const many: fc.Arbitrary<readonly NetworkPolicyPort[]> = fc
  .tuple(protocol, fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { minLength: 16, maxLength: 24 }))
  .map(([protocol, numbers]) =>
    numbers.map((each) => ({
      protocol,
      port: each * 10,
      ...(each % 3 === 0 ? { endPort: each * 10 + 5 } : {}),
    })),
  );

export const portsArbitrary: fc.Arbitrary<readonly NetworkPolicyPort[]> = fc.oneof(
  { weight: 12, arbitrary: fc.array(port, { maxLength: 4, size: "max" }) },
  { weight: 1, arbitrary: many },
);
