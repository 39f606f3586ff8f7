/* What is about the paths of packets, not about what policies say. */
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import { iptablesBeside } from "../../../src/lab/backend.ts";
import { bitsOf } from "../../support/bits.ts";
import type { Packet } from "../../support/netfilter/packet.ts";
import { cluster, policy } from "../../support/scenario.ts";
import { backends } from "../backends.ts";
import { describeKernel } from "../support.ts";
import { enforce } from "./enforce.ts";
import { inTwoFragments } from "./fragments.ts";
import { packetBytes } from "./packet-bytes.ts";
import { rulesetFor } from "../ruleset-for.ts";
import { NODE, Wire, ways } from "./wire.ts";

/**
 * The web server may reach nobody, and be reached at UDP 53 only; the client may reach everybody, and be reached by nobody.
 * Both are on the node, as is the teller, who is free.
 */
const CLUSTER = cluster([
  policy(
    {
      podSelector: { matchLabels: { app: "web" } },
      policyTypes: ["Ingress", "Egress"],
      ingress: [{ ports: [{ protocol: "UDP", port: 53 }] }],
    },
    "web",
  ),
  policy({ podSelector: { matchLabels: { app: "client" } } }, "client"),
]);

/** The same ends in both families, by address. */
const families = [
  {
    family: "IPv4",
    web: "10.0.0.1",
    client: "10.0.0.3",
    teller: "10.0.0.5",
    far: "10.0.0.4",
    node: "192.168.0.1",
    other: "192.168.0.2",
  },
  {
    family: "IPv6",
    web: "fd00::1",
    client: "fd00::3",
    teller: "fd00::5",
    far: "fd00::4",
    node: "fd01::1",
    other: "fd01::2",
  },
] as const;

const from = (source: string, destination: string, rest: Partial<Packet>): Packet => ({
  source: bitsOf(source),
  destination: bitsOf(destination),
  protocol: "udp",
  state: "NEW",
  hasLocalSource: false,
  ...rest,
});

const udp = (source: string, destination: string, port: number): Packet =>
  from(source, destination, { port });

const ping = (source: string, destination: string): Packet =>
  source.includes(":")
    ? from(source, destination, { protocol: "ipv6-icmp", icmpType: 128 })
    : from(source, destination, { protocol: "icmp", icmpType: 8 });

describeKernel("packets on their paths through a real kernel", () => {
  describe.each(backends)("$name", ({ backend }) => {
    let wire: Wire;
    beforeAll(async () => {
      wire = await Wire.open();
      await enforce(wire, backend, rulesetFor(backend, CLUSTER, NODE));
    });
    afterAll(() => wire.close());

    /** How many packets come out at the far end: none, one, or, where they are answered or cut up, others. */
    const send = async (way: (typeof ways)[number], packet: Packet, source?: number): Promise<number> => {
      const packets = (payload: Buffer, id: number): Buffer[] => [
        packetBytes(packet, { id: source ?? id, payload }),
      ];
      const [count = 0] = await wire.send([{ way, packets }]);
      return count;
    };
    const forget = (): Promise<string> => execOrThrow(wire.exec, { command: "conntrack", args: ["-F"] });

    describe.each(families)("$family", ({ family, web, client, teller, far, node, other }) => {
      test("are whole, and the first of their connections: conntrack calls each of them new", async () => {
        await forget();
        const isNotNew = ["POSTROUTING", "-m", "conntrack", "!", "--ctstate", "NEW", "-j", "DROP"];
        const command = `${family === "IPv4" ? "iptables" : "ip6tables"}-${iptablesBeside(backend)}`;
        const args = (change: "-I" | "-D"): string[] => ["-t", "mangle", change, ...isNotNew];
        await execOrThrow(wire.exec, { command, args: args("-I") });
        const kinds: readonly Partial<Packet>[] = [
          { protocol: "tcp", port: 80, flags: ["SYN"] },
          { protocol: "udp", port: 80 },
          { protocol: "sctp", port: 80 },
          { protocol: "gre" },
        ];
        for (const way of ways) {
          for (const kind of kinds) expect(await send(way, from(teller, far, kind)), way).toBe(1);
          expect(await send(way, ping(teller, far)), way).toBe(1);
        }
        await execOrThrow(wire.exec, { command, args: args("-D") });
      });

      test.each(ways)("are judged where they are %s", async (way) => {
        await forget();
        expect(await send(way, udp(far, web, 53))).toBe(1);
        expect(await send(way, udp(far, web, 54))).toBe(0);
        expect(await send(way, udp(client, web, 54))).toBe(0);
        expect(await send(way, udp(web, client, 53))).toBe(0);
        expect(await send(way, udp(client, far, 54))).toBe(1);
        expect(await send(way, udp(other, web, 54))).toBe(0);
        expect(await send(way, udp(web, web, 54))).toBe(1);
      });

      test("are not judged where they are the node's own, to its isolated pods", async () => {
        await forget();
        expect(await send("local", udp(node, web, 54))).toBe(1);
        expect(await send("local", from(node, web, { protocol: "gre" }))).toBe(1);
        expect(await send("local", ping(node, web))).toBe(1);
      });

      test("reach the node from its isolated pods, and the answer reaches them", async () => {
        await forget();
        expect(await send("routed", ping(web, node))).toBe(1);
        expect(await send("routed", ping(web, far))).toBe(0);
      });

      test("pass as replies where they would not pass as the first", async () => {
        await forget();
        expect(await send("routed", udp(web, far, 40_000), 53)).toBe(0);
        expect(await send("routed", udp(far, web, 53), 40_000)).toBe(1);
        expect(await send("routed", udp(web, far, 40_000), 53)).toBe(1);
        await forget();
        expect(await send("routed", udp(web, far, 40_000), 53)).toBe(0);
      });

      test("are no connection of their own where an isolated server sends in mid-stream", async () => {
        await forget();
        const tcp = (source: string, flag: "SYN" | "ACK"): Packet =>
          from(source, far, { protocol: "tcp", port: 9_999, flags: [flag] });
        expect(await send("routed", tcp(client, "ACK"))).toBe(0);
        expect(await send("routed", tcp(client, "SYN"))).toBe(1);
        expect(await send("routed", tcp(teller, "ACK"))).toBe(1);
      });

      test.each(["routed", "bridged"] as const)(
        "are judged as the datagram that they are fragments of, %s",
        async (way) => {
          await forget();
          const fragmented = async (packet: Packet, first: number): Promise<number> => {
            // The mark stands at both ends, with at least a fragment's minimum between them.
            const packets = (mark: Buffer, id: number): Buffer[] => {
              const payload = Buffer.concat([mark, Buffer.alloc(64), mark]);
              return inTwoFragments(packetBytes(packet, { id, payload }), first, id);
            };
            const reversed = (mark: Buffer, id: number): Buffer[] => packets(mark, id).reverse();
            const counts = await wire.send([
              { way, packets },
              { way, packets: reversed },
            ]);
            return counts.reduce((sum, count) => sum + count, 0);
          };
          for (const first of [24, 48, 80]) {
            expect(await fragmented(udp(far, web, 53), first)).toBe(4);
            expect(await fragmented(udp(far, web, 54), first)).toBe(0);
            expect(await fragmented(udp(web, far, 53), first)).toBe(0);
          }
        },
      );
    });

    test.each([133, 134, 135, 136, 137])(
      "are never judged where they are neighbour discovery: type %d",
      async (icmpType) => {
        for (const [source, destination] of [
          ["fd00::3", "fd00::1"],
          ["fd00::1", "fd00::3"],
        ] as const) {
          const discovery = from(source, destination, { protocol: "ipv6-icmp", icmpType });
          expect(await send("bridged", discovery)).toBe(1);
          expect(await send("bridged", ping(source, destination))).toBe(0);
        }
      },
    );
  });
});
