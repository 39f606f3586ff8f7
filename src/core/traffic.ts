import * as intervals from "./intervals.ts";
import type { Interval, IntervalSet } from "./intervals.ts";

/** The protocols that a NetworkPolicy port can name (`core/v1` Protocol). */
export type Protocol = "TCP" | "UDP" | "SCTP";

/** All three, in the order in which answers name them. */
export const protocols: readonly Protocol[] = ["TCP", "UDP", "SCTP"];

/** Every port of a protocol. Port 0 is reserved (RFC 6335 section 6): no rule can name it. */
export const allPorts: IntervalSet<number> = [[1, 65536]];

/**
 * What may pass between two ends: destination ports per protocol, as half-open intervals within [1, 65536), and `other`,
 * which is every other protocol (ICMP, GRE, ...) as a whole, since a policy can name none of them. Exact and canonical:
 * equal traffic is an equal value.
 */
export type Traffic = Readonly<Record<Protocol, IntervalSet<number>>> & { readonly other: boolean };

const traffic = (ports: (protocol: Protocol) => IntervalSet<number>, other: boolean): Traffic => ({
  TCP: ports("TCP"),
  UDP: ports("UDP"),
  SCTP: ports("SCTP"),
  other,
});

/** Nothing at all. */
export const noTraffic: Traffic = traffic(() => [], false);
/** Every port of every protocol, and all other protocols. */
export const allTraffic: Traffic = traffic(() => allPorts, true);

/** The interval of ports `first` to `last`, both included; each 1 to 65535. */
export const portRange = (first: number, last: number): Interval<number> => [first, last + 1];

/** Some ports of one protocol: `trafficOf("TCP", [portRange(80, 80), portRange(8000, 8080)])`. */
export const trafficOf = (protocol: Protocol, ports: Iterable<Interval<number>>): Traffic => ({
  ...noTraffic,
  [protocol]: intervals.intervalSet(ports),
});

/** What passes by `a` or by `b`. */
export const unionTraffic = (a: Traffic, b: Traffic): Traffic =>
  traffic((protocol) => intervals.union(a[protocol], b[protocol]), a.other || b.other);

/** What passes by any of them; sorted once, however many they are. */
export const uniteTraffic = (all: readonly Traffic[]): Traffic =>
  traffic(
    (protocol) => intervals.intervalSet(all.flatMap((each) => each[protocol])),
    all.some(({ other }) => other),
  );

/** What passes by both. */
export const intersectTraffic = (a: Traffic, b: Traffic): Traffic =>
  traffic((protocol) => intervals.intersection(a[protocol], b[protocol]), a.other && b.other);

/** What passes by `a` and not by `b`. */
export const subtractTraffic = (a: Traffic, b: Traffic): Traffic =>
  traffic((protocol) => intervals.difference(a[protocol], b[protocol]), a.other && !b.other);

/** Whether exactly the same passes by both. */
export const equalTraffic = (a: Traffic, b: Traffic): boolean =>
  a.other === b.other && protocols.every((protocol) => intervals.isEqual(a[protocol], b[protocol]));

/** Whether nothing passes. */
export const isNoTraffic = (a: Traffic): boolean => equalTraffic(a, noTraffic);
/** Whether everything passes. */
export const isAllTraffic = (a: Traffic): boolean => equalTraffic(a, allTraffic);

/** Whether all that passes by `a` passes by `b`. */
export const isTrafficSubset = (a: Traffic, b: Traffic): boolean => isNoTraffic(subtractTraffic(a, b));

/** One packet's protocol and, where the protocol has ports, its destination port. */
export type Flow = { readonly protocol: Protocol; readonly port: number } | { readonly protocol: "other" };

/** Whether this one flow passes. Port 0 is no member of the algebra: it passes where every port of its protocol does. */
export function containsFlow(set: Traffic, flow: Flow): boolean {
  if (flow.protocol === "other") return set.other;
  const ports = set[flow.protocol];
  return flow.port === 0 ? intervals.isEqual(ports, allPorts) : intervals.contains(ports, flow.port);
}

/** Ports as people write them: `80,443,8000-8080`; the empty text for none. */
export const formatPorts = (ports: IntervalSet<number>): string =>
  ports.map(([from, to]) => (to - from === 1 ? `${from}` : `${from}-${to - 1}`)).join(",");
