import * as fc from "fast-check";
import { expect, test } from "vitest";
import { parseCidr } from "../../src/core/cidr.ts";
import type { Cluster } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { type TestBackend, backends } from "../support/backends.ts";
import { type Bits, addressOfBits, bitsOf, bitsOfAddress, isInCidr, textOfBits } from "../support/bits.ts";
import { clusterArbitrary } from "../support/cluster-arbitrary.ts";
import { must } from "../support/must.ts";
import type { Packet } from "../support/netfilter/packet.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { rulesetOf } from "../support/transition.ts";

const NODE = "n1";

interface Gated {
  readonly cluster: Cluster;
  readonly podCidrs: readonly string[];
  readonly own: readonly string[];
}

const gatedArbitrary: fc.Arbitrary<Gated> = fc.record({
  cluster: clusterArbitrary,
  podCidrs: fc.subarray(["10.0.0.0/30", "10.0.1.0/24", "fd00::/64", "fd00:0:0:1::/126"]),
  own: fc.subarray(["10.0.0.1", "10.0.1.7", "fd00::2", "192.168.0.1"]),
});

const ends = {
  IPv4: ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.6", "10.0.1.0", "10.0.1.7", "10.0.2.0", "192.168.0.1"],
  IPv6: ["fd00::1", "fd00::2", "fd00::6", "fd00:0:0:1::1", "fd00:0:0:1::7", "fd01::1"],
};

const packet = (source: Bits, destination: Bits): Packet => ({
  source,
  destination,
  protocol: "udp",
  port: 53,
  state: "NEW",
  hasLocalSource: false,
});

function examine({ cluster, podCidrs, own }: Gated, { layout, judgeWith }: TestBackend): number {
  const pods = livePods(cluster.pods);
  const scope = {
    podCidrs: podCidrs.map((cidr) => must(parseCidr(cidr))),
    own: own.map((text) => addressOfBits(bitsOf(text))),
  };
  const open = judgeWith(rulesetOf(cluster, NODE, undefined, undefined, layout));
  const gated = judgeWith(rulesetOf(cluster, NODE, scope, undefined, layout));
  const here = pods.filter(({ node }) => node === NODE);
  const known = new Set([
    ...own.map(bitsOf),
    ...here.flatMap(({ addresses }) => (addresses === "unknown" ? [] : addresses.map(bitsOfAddress))),
  ]);
  const isClosed = (bits: Bits): boolean => podCidrs.some((cidr) => isInCidr(bits, cidr)) && !known.has(bits);
  const ways = Object.values(ends).flatMap((texts) =>
    texts.flatMap((from) =>
      texts
        .filter((to) => to !== from || !isClosed(bitsOf(from)))
        .map((to) => [bitsOf(from), bitsOf(to)] as const),
    ),
  );
  for (const [from, to] of ways) {
    const each = packet(from, to);
    const isOpen = !isClosed(from) && !isClosed(to);
    const way = `${textOfBits(from)} -> ${textOfBits(to)}, gate of ${podCidrs.join(" ")}`;
    expect(gated("FORWARD", each), way).toBe(isOpen ? open("FORWARD", each) : "dropped");
  }
  return ways.length;
}

test.each(backends)(
  "in a node's pod CIDRs whom nobody knows neither sends nor receives; for all others the gate changes nothing ($name)",
  (backend) =>
    search(`packet oracle, start gate, ${backend.name}`, { cases: gatedArbitrary, inTest: 200 }, (gated) =>
      examine(gated, backend),
    ),
  SEARCH_TIMEOUT,
);
