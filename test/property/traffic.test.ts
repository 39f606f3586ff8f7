import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import {
  type Flow,
  type Traffic,
  allTraffic,
  containsFlow,
  equalTraffic,
  formatPorts,
  intersectTraffic,
  isAllTraffic,
  isNoTraffic,
  isTrafficSubset,
  noTraffic,
  portRange,
  protocols,
  subtractTraffic,
  trafficOf,
  unionTraffic,
} from "../../src/core/traffic.ts";
import { trafficMatches } from "../../src/render/matches.ts";
import { bitsOf } from "../support/bits.ts";
import { readRule } from "../support/netfilter/rule.ts";
import { scale } from "../support/search-settings.ts";

const LAST = 12;
const numbers = [...Array.from({ length: LAST + 1 }, (_, i) => i + 1), 65_535];
const flows: readonly Flow[] = [
  ...protocols.flatMap((protocol) => numbers.map((port): Flow => ({ protocol, port }))),
  { protocol: "other" },
];

const port = fc.integer({ min: 1, max: LAST });
const range = fc.oneof(
  { weight: 5, arbitrary: fc.tuple(port, port).map(([a, b]) => portRange(Math.min(a, b), Math.max(a, b))) },
  { weight: 1, arbitrary: fc.constant(portRange(1, 65_535)) },
);
const part = fc.oneof(
  fc
    .tuple(fc.constantFrom(...protocols), fc.array(range, { maxLength: 3 }))
    .map(([protocol, ranges]) => trafficOf(protocol, ranges)),
  fc.constant({ ...noTraffic, other: true }),
);
const traffic = fc.oneof(
  {
    weight: 9,
    arbitrary: fc.array(part, { maxLength: 4 }).map((parts) => parts.reduce(unionTraffic, noTraffic)),
  },
  { weight: 1, arbitrary: fc.constantFrom(allTraffic, noTraffic) },
);

const check = <T>(cases: fc.Arbitrary<T>, law: (value: T) => void): void =>
  fc.assert(fc.property(cases, law), { numRuns: Math.ceil(500 * scale) });
const has = (set: Traffic): boolean[] => flows.map((flow) => containsFlow(set, flow));

describe("traffic", () => {
  test("union, intersection and difference are those of sets of flows", () => {
    check(fc.tuple(traffic, traffic), ([a, b]) => {
      const [inA, inB] = [has(a), has(b)];
      expect(has(unionTraffic(a, b))).toEqual(inA.map((each, i) => each || inB[i]));
      expect(has(intersectTraffic(a, b))).toEqual(inA.map((each, i) => each && inB[i]));
      expect(has(subtractTraffic(a, b))).toEqual(inA.map((each, i) => each && !inB[i]));
    });
  });

  test("equality, subset, all and none", () => {
    check(fc.tuple(traffic, traffic), ([a, b]) => {
      expect(equalTraffic(a, b)).toBe(has(a).join() === has(b).join());
      expect(JSON.stringify(a) === JSON.stringify(b)).toBe(equalTraffic(a, b));
      expect(isTrafficSubset(a, b)).toBe(equalTraffic(unionTraffic(a, b), b));
      expect(isNoTraffic(a)).toBe(!has(a).includes(true));
      expect(isAllTraffic(unionTraffic(a, subtractTraffic(allTraffic, a)))).toBe(true);
    });
  });

  test("ports are written as people write them", () => {
    expect(
      formatPorts(trafficOf("TCP", [portRange(80, 80), portRange(8000, 8080), portRange(81, 81)]).TCP),
    ).toBe("80-81,8000-8080");
    expect(formatPorts([])).toBe("");
    expect(formatPorts(allTraffic.UDP)).toBe("1-65535");
  });

  test("its iptables matches, of at most 15 places each, match exactly its flows", () => {
    const scattered = fc
      .tuple(
        fc.constantFrom(...protocols),
        fc.uniqueArray(fc.nat(60), { maxLength: 50, size: "max" }),
        fc.boolean(),
      )
      .map(([protocol, starts, isWide]) =>
        trafficOf(
          protocol,
          starts.map((start) => portRange(start * 3 + 1, start * 3 + (isWide ? 2 : 1))),
        ),
      );
    const address = bitsOf("10.0.0.1");
    const packet = { source: address, destination: address, state: "NEW", hasLocalSource: false } as const;
    check(fc.oneof(scattered, fc.constantFrom(allTraffic, noTraffic)), (each) => {
      const rules = trafficMatches(each).map((match) =>
        readRule(`${match} -j RETURN`.trim(), { name: "mangle", width: 32 }, new Map()),
      );
      for (const protocol of protocols) {
        const name = ({ TCP: "tcp", UDP: "udp", SCTP: "sctp" } as const)[protocol];
        for (let port = 1; port < 190; port += 1)
          expect(rules.some((rule) => rule.targetOf({ ...packet, protocol: name, port }) !== undefined)).toBe(
            containsFlow(each, { protocol, port }),
          );
      }
      expect(rules.some((rule) => rule.targetOf({ ...packet, protocol: "gre" }) !== undefined)).toBe(
        each.other,
      );
    });
  });
});
