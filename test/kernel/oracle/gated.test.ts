/* What core has no word for: the start gate, and link-local addresses. Here the rules as test/support reads them are the judge. */
import * as fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { parseCidr } from "../../../src/core/cidr.ts";
import type { EnforcerBackend } from "../../../src/lab/backend.ts";
import { plainHost } from "../../../src/render/host.ts";
import { iptables, nftables } from "../../support/backends.ts";
import { type Bits, addressOfBits, bitsOf, textOfBits } from "../../support/bits.ts";
import { clusterArbitrary } from "../../support/cluster-arbitrary.ts";
import { must } from "../../support/must.ts";
import { SEARCH_TIMEOUT } from "../../support/search-settings.ts";
import { rulesetOf } from "../../support/transition.ts";
import { backends } from "../backends.ts";
import { describeKernel } from "../support.ts";
import { type Asked, askKernel } from "./ask-kernel.ts";
import type { Tally } from "./compare.ts";
import { enforce } from "./enforce.ts";
import { isWholeSearch, searchKernel } from "./search.ts";
import { NODE, type Way, Wire } from "./wire.ts";

/** The wire's own, over which pods hear each other's link-local addresses. */
const BRIDGE = "bridge-node";

const gated = fc.record({
  cluster: clusterArbitrary,
  podCidrs: fc.subarray(["10.0.0.0/30", "10.0.1.0/24", "fd00::/64", "fd00:0:0:1::/126"], { minLength: 1 }),
  own: fc.subarray(["10.0.0.1", "10.0.1.7", "fd00::2"]),
});

const ENDS = [
  ["10.0.0.0", "10.0.0.1", "10.0.0.2", "10.0.0.6", "10.0.1.0", "10.0.1.7", "10.0.2.0"],
  ["fd00::1", "fd00::2", "fd00::6", "fd00:0:0:1::1", "fd00:0:0:1::7", "fe80::1", "fe80::2", "ff02::1"],
] as const;

const isLinkLocal = (text: string): boolean => /^(?:fe80|ff02)/.test(text);

const asks: readonly Asked[] = ENDS.flatMap((texts) =>
  texts
    .filter((from) => !from.startsWith("ff"))
    .flatMap((from) =>
      texts.flatMap((to) => {
        const isRouted = !isLinkLocal(from) && !isLinkLocal(to);
        const ways: readonly Way[] = isRouted ? ["routed", "bridged"] : ["bridged"];
        return ways.map((way): Asked => ({ packet: packetOn(way, bitsOf(from), bitsOf(to)), way }));
      }),
    ),
);

function packetOn(way: Way, source: Bits, destination: Bits): Asked["packet"] {
  const on = way === "bridged" ? { bridge: BRIDGE } : {};
  return { source, destination, protocol: "udp", port: 53, state: "NEW", hasLocalSource: false, ...on };
}

type Gated = typeof gated extends fc.Arbitrary<infer T> ? T : never;

async function compare(
  wire: Wire,
  backend: EnforcerBackend,
  { cluster, podCidrs, own }: Gated,
): Promise<Tally> {
  const { layout, judgeWith } = backend === "nftables" ? nftables : iptables;
  const scope = {
    podCidrs: podCidrs.map((cidr) => must(parseCidr(cidr))),
    own: own.map((text) => addressOfBits(bitsOf(text))),
  };
  const ruleset = rulesetOf(cluster, NODE, scope, { ...plainHost, bridges: [BRIDGE] }, layout);
  await enforce(wire, backend, ruleset);
  const judge = judgeWith(ruleset);
  const answered = await askKernel(wire, asks);
  for (const [{ packet, way }, answer] of answered) {
    const { source, destination } = packet;
    const read = judge("FORWARD", packet) === "passed" ? "allowed" : "denied";
    expect(answer, `${textOfBits(source)} -> ${textOfBits(destination)}, ${way}`).toBe(read);
  }
  const allowed = answered.filter(([, answer]) => answer === "allowed").length;
  return { allowed, denied: answered.length - allowed };
}

describeKernel("the start gate in a real kernel", () => {
  describe.each(backends)("$name", ({ backend }) => {
    let wire: Wire;
    beforeAll(async () => {
      wire = await Wire.open();
    });
    afterAll(() => wire.close());

    test(
      "does to packets what its rules say, between link-local addresses, too",
      async () => {
        const { allowed, denied } = await searchKernel(
          `kernel oracle, start gate, ${backend}`,
          { cases: gated, inTest: 10 },
          (each) => compare(wire, backend, each),
        );
        if (!isWholeSearch) return;
        expect(allowed).toBeGreaterThan(100);
        expect(denied).toBeGreaterThan(500);
      },
      SEARCH_TIMEOUT,
    );
  });
});
