import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { NodeKernel } from "../../../src/daemon/node-kernel.ts";
import { type Exec, execOrThrow } from "../../../src/kernel/exec.ts";
import { type EnforcerBackend, iptablesBeside } from "../../../src/lab/backend.ts";
import { type Host, plainHost } from "../../../src/render/host.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { bitsOf } from "../../support/bits.ts";
import { must } from "../../support/must.ts";
import type { Packet } from "../../support/netfilter/packet.ts";
import { scale } from "../../support/search-settings.ts";
import { firstStart } from "../airtight/updates.ts";
import { watchBetween } from "../airtight/watch.ts";
import { backendOf } from "../backend-of.ts";
import { backends } from "../backends.ts";
import { packetBytes } from "../oracle/packet-bytes.ts";
import { NODE, type Way, Wire } from "../oracle/wire.ts";
import { rulesetFor } from "../ruleset-for.ts";
import { describeKernel } from "../support.ts";

const rulesetsOf = (backend: EnforcerBackend): Readonly<Record<Host["denial"], Ruleset>> => {
  const that = (denial: Host["denial"]): Ruleset =>
    rulesetFor(backend, firstStart, NODE, { ...plainHost, denial });
  return { drop: that("drop"), reject: that("reject") };
};
/** What packets meet is the same with each backend; that of iptables is read by test/support. */
const asRead = rulesetsOf("nft");

/** How often refusing begins and ends while packets come by. */
const FLIPS = 2 * Math.ceil(5 * scale);

/** An answer bears what it answers, and the wire's one exit would take it for that. */
const ANSWER = "-m conntrack --ctstate RELATED";

type Hand = readonly [line: string, told: readonly string[]];

const toIptables: readonly Hand[] = [
  ["$t -t mangle -D POSTROUTING 1", ["POSTROUTING"]],
  ["$t -t mangle -I POSTROUTING 1 -m comment --comment theirs", ["POSTROUTING"]],
  ["$t -t mangle -F SELVEDGE-UNREFUSED", ["SELVEDGE-UNREFUSED"]],
  ["$t -t mangle -D SV-REFUSE 4", ["SV-REFUSE"]],
  ["$t -t mangle -I SV-REFUSE 1 -j ACCEPT", ["SV-REFUSE"]],
  ["$t -F SELVEDGE-REFUSE", ["filter SELVEDGE-REFUSE"]],
  ["$t -S FORWARD | sed -n 's/^-A \\(.* SELVEDGE-REFUSE\\)$/-D \\1/p' | xargs $t", ["filter FORWARD"]],
  ["$t -S OUTPUT | grep REFUSE | xargs $t", ["filter OUTPUT"]],
  ["$t -F; $t -X", ["filter SELVEDGE-REFUSE", "filter FORWARD", "filter OUTPUT"]],
  ["$t -t mangle -F; $t -t mangle -X", ["SELVEDGE-FORWARD", "SV-REFUSE", "POSTROUTING"]],
];

const toNftables: readonly Hand[] = [
  ["nft flush chain $f selvedge SV-REFUSE", ["SV-REFUSE"]],
  ["nft insert rule $f selvedge SV-REFUSE accept", ["SV-REFUSE"]],
  [
    "nft delete rule $f selvedge SV-REFUSE handle $(nft -a list chain $f selvedge SV-REFUSE | sed -n 's/.*tcp reset.*handle //p')",
    ["SV-REFUSE"],
  ],
  ["nft delete table $f selvedge", ["FORWARD", "OUTPUT", "SV-REFUSE"]],
];

/** What a hand may do to what refuses, and what of it the log tells; `$t` is the program, `$f` nft's family. */
const hands: Readonly<Record<EnforcerBackend, readonly Hand[]>> = {
  nft: toIptables,
  legacy: toIptables,
  nftables: toNftables,
};

const IPTABLES_PRINT = "{ $t -t mangle -S; $t -S; } | grep -E 'SELVEDGE|SV-' | sort";
/** Prints all that is ours. */
const PRINT: Readonly<Record<EnforcerBackend, string>> = {
  nft: IPTABLES_PRINT,
  legacy: IPTABLES_PRINT,
  nftables: "nft -s list table $f selvedge",
};

/** What comes of packets without time to live: from router and bridge, of a stranger and of who is denied. */
const HOPLESS: Readonly<Record<EnforcerBackend, readonly number[]>> = {
  nft: [0, 0, 0, 0],
  legacy: [0, 0, 0, 0],
  // There it means nothing to our rules: a bridge lets by what a router does not.
  nftables: [0, 1, 0, 0],
};

describeKernel("refusing, under traffic", () => {
  describe.each(backends)("$name", ({ backend }) => {
    const variant = iptablesBeside(backend);
    const { drop: dropping, reject: rejecting } = rulesetsOf(backend);
    let wire: Wire;
    let kernel: NodeKernel;
    const sh = (script: string): Promise<string> =>
      execOrThrow(wire.exec, {
        command: "sh",
        args: [
          "-ec",
          `f=ip; for t in "iptables-${variant} -w" "ip6tables-${variant} -w"; do ${script}; f=ip6; done`,
        ],
      });
    beforeAll(async () => {
      wire = await Wire.open();
      kernel = new NodeKernel(backendOf(backend, wire.exec));
      expect((await kernel.bring(rejecting)).failures).toEqual([]);
      await sh(`$t -t mangle -A OUTPUT ${ANSWER} -j DROP`);
    });
    afterAll(() => wire.close());

    test("what somebody sends without time to live does not pass where it is denied", async () => {
      const ways: readonly Way[] = ["routed", "bridged"];
      const ends = [
        ["203.0.113.9", "198.51.100.9"],
        ["203.0.113.200", "10.0.0.1"],
        ["2001:db8::9", "2001:db8::a"],
        ["2001:db8::9", "fd00::1"],
      ] as const;
      const sent = async (hops: number): Promise<number[]> =>
        wire.send(
          ends.flatMap(([source, destination]) =>
            ways.map((way) => ({
              way,
              packets: (payload: Buffer, id: number) => {
                const packet: Packet = {
                  source: bitsOf(source),
                  destination: bitsOf(destination),
                  protocol: "udp",
                  port: 1000 + hops,
                  state: "NEW",
                  hasLocalSource: false,
                  hops,
                };
                return [packetBytes(packet, { id, payload })];
              },
            })),
          ),
        );
      // Strangers, then who is denied; by router, then by bridge.
      expect(await sent(9)).toEqual([1, 1, 0, 0, 1, 1, 0, 0]);
      expect(await sent(0)).toEqual([...HOPLESS[backend], ...HOPLESS[backend]]);
    });

    test.each(hands[backend])("what a hand does is put right, and told: %s", async (line, told) => {
      const ours = (): Promise<string> => sh(PRINT[backend]);
      const before = await ours();
      await sh(line);
      kernel.recall();
      const { failures, drift } = await kernel.bring(rejecting);
      expect(failures).toEqual([]);
      for (const chain of told)
        expect(drift?.chains).toEqual(expect.arrayContaining([`IPv4 ${chain}`, `IPv6 ${chain}`]));
      expect(await ours()).toEqual(before);
      await sh("$t -t mangle -D POSTROUTING -m comment --comment theirs 2>/dev/null || true");
    });

    test(
      "nothing leaks and nobody is cut off while it begins and ends, again and again",
      { timeout: 120_000 },
      async () => {
        await sh(`$t -A FORWARD -j ACCEPT; $t -t mangle -A OUTPUT ${ANSWER} -j DROP`);
        const accepting = ["iptables", "ip6tables"].map((tool) => ({
          command: `${tool}-${variant}-restore`,
          args: ["--noflush", "--wait"],
          input: "*filter\n-D FORWARD -j ACCEPT\n-I FORWARD 1 -j ACCEPT\nCOMMIT\n",
        }));
        // Before ours again as soon as ours is written.
        const exec: Exec = async (request) => {
          const result = await wire.exec(request);
          if (request.input?.startsWith("*filter") === true) await Promise.all(accepting.map(wire.exec));
          return result;
        };
        const watch = watchBetween(wire, asRead.drop, asRead.reject);
        const over = new AbortController();
        const seen = { looks: 0 };
        const flipping = new NodeKernel(backendOf(backend, exec));
        const flip = async (): Promise<void> => {
          // As many looks as flips, at the least, however slow they are.
          for (let flips = 0; (flips < FLIPS || seen.looks < FLIPS) && !over.signal.aborted; flips += 1) {
            const { failures } = await flipping.bring(must([dropping, rejecting][flips % 2]));
            expect(failures).toEqual([]);
          }
        };
        const wrong: string[] = [];
        const look = async (): Promise<void> => {
          while (!over.signal.aborted) {
            wrong.push(...(await watch.look()));
            seen.looks += 1;
          }
        };
        await Promise.all([flip(), look()].map((work) => work.finally(() => over.abort())));
        process.stdout.write(
          `refusal, ${backend}: ${seen.looks * watch.packets} packets in ${seen.looks} looks during ${FLIPS} flips or more, ${wrong.length} wrong\n`,
        );
        expect(wrong).toEqual([]);
      },
    );
  });
});
