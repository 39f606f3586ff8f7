/* The words in which a rule's ports stand in the kernel; that they mean the same, test/property/traffic shows. */
import { expect, test } from "vitest";
import { type Traffic, allPorts, noTraffic, portRange, trafficOf } from "../../src/core/traffic.ts";
import { trafficMatches } from "../../src/render/matches.ts";

const ports = (count: number, width: number): Traffic =>
  trafficOf(
    "TCP",
    Array.from({ length: count }, (_, i) => portRange(10 * i + 1, 10 * i + width)),
  );
const listed = (traffic: Traffic): string[][] =>
  trafficMatches(traffic).map((match) => (/--dports (.*)/.exec(match)?.[1] ?? match).split(","));

test("one port or range is asked for plainly, all ports of a protocol by the protocol", () => {
  expect(trafficMatches(ports(1, 1))).toEqual(["-p tcp -m tcp --dport 1"]);
  expect(trafficMatches(ports(1, 5))).toEqual(["-p tcp -m tcp --dport 1:5"]);
  expect(trafficMatches({ ...ports(2, 1), SCTP: allPorts })).toEqual([
    "-p tcp -m multiport --dports 1,11",
    "-p sctp",
  ]);
  expect(trafficMatches(noTraffic)).toEqual([]);
});

test("a multiport is filled to its 15 places, of which a range takes two", () => {
  expect(listed(ports(15, 1)).map(({ length }) => length)).toEqual([15]);
  expect(listed(ports(31, 1)).map(({ length }) => length)).toEqual([15, 15, 1]);
  expect(listed(ports(7, 2)).map(({ length }) => length)).toEqual([7]);
  expect(listed(ports(16, 2)).map(({ length }) => length)).toEqual([7, 7, 2]);
});
