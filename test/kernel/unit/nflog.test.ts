import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { formatAddress } from "../../../src/core/address.ts";
import { type DeniedPacket, deniedPacket } from "../../../src/kernel/nflog/denied-packet.ts";
import { parseIpPacket } from "../../../src/kernel/nflog/ip-packet.ts";
import { PcapStream } from "../../../src/kernel/nflog/pcap-stream.ts";
import { readNflog } from "../../../src/kernel/nflog/read-nflog.ts";
import { recording } from "./nflog-recording.ts";

const read = (...chunks: readonly Buffer[]): DeniedPacket[] => {
  const stream = new PcapStream();
  return chunks.flatMap((chunk) => stream.push(chunk).flatMap((record) => deniedPacket(record) ?? []));
};

const text = ({ source, destination, what }: DeniedPacket): string =>
  `${formatAddress(source)} ${formatAddress(destination)} ${what}`;

const RECORDED = [
  "10.9.0.1 10.9.0.9 SCTP/38412",
  "10.9.0.1 10.9.0.9 UDP/53",
  "fd09::1 fd09::9 UDP/53",
  "10.9.0.1 10.9.0.9 TCP/80",
  "fd09::1 fd09::9 TCP/443",
  "10.9.0.1 10.9.0.9 ICMP type 8",
  "fd09::1 fd09::9 ICMPv6 type 128",
];

/** The recording as a machine of the other byte order would have written it, down to its first record's prefix. */
function swapped(): Buffer {
  const bytes = Buffer.from(recording);
  bytes.subarray(0, 4).swap32();
  bytes.subarray(20, 24).swap32();
  bytes.subarray(24, 40).swap32();
  const end = 40 + bytes.readUInt32BE(32);
  for (let at = 44; at < end;) {
    const length = bytes.readUInt16LE(at);
    bytes.subarray(at, at + 4).swap16();
    at += (length + 3) & ~3;
  }
  return bytes.subarray(0, end);
}

describe("a capture of NFLOG", () => {
  test("is read as the packets that were sent", () => {
    const packets = read(recording);
    expect(packets.map(text)).toEqual(RECORDED);
    const [first] = packets;
    expect(first).toMatchObject({ cause: "ingress", chain: "SV-C-abcdefghijklmnopqrstuv" });
    expect(new Date(first?.time ?? 0).toISOString()).toBe("2026-11-22T05:56:29.966Z");
    expect(packets.map(({ flow }) => flow).slice(3, 6)).toEqual([
      { protocol: "TCP", port: 80 },
      { protocol: "TCP", port: 443 },
      { protocol: "other" },
    ]);
  });

  test("is read the same in pieces of any size", () => {
    fc.assert(
      fc.property(fc.array(fc.nat(recording.length), { maxLength: 20 }), (cuts) => {
        const ends = [0, ...cuts.toSorted((a, b) => a - b), recording.length];
        const pieces = ends.slice(1).map((end, i) => recording.subarray(ends[i], end));
        expect(read(...pieces).map(text)).toEqual(RECORDED);
      }),
    );
  });

  test("is read in either byte order", () => {
    expect(read(swapped()).map(text)).toEqual(RECORDED.slice(0, 1));
  });

  test("never throws, whatever is broken in it", () => {
    const edits = fc.array(fc.tuple(fc.nat(recording.length - 1), fc.nat(255)), { maxLength: 12 });
    fc.assert(
      fc.property(edits, fc.nat(recording.length), (bytes, end) => {
        const broken = Buffer.from(recording);
        for (const [at, byte] of bytes) broken[at] = byte;
        read(broken.subarray(0, end)).map(text);
      }),
      { numRuns: 2_000 },
    );
  });

  test("of another kind is refused, and a record of no sensible length", () => {
    for (const [at, byte] of [
      [0, 0],
      [20, 1],
      [35, 255],
    ] as const) {
      const broken = Buffer.from(recording);
      broken[at] = byte;
      const stream = new PcapStream();
      expect(stream.push(broken)).toEqual([]);
      expect(stream.trouble).toBeDefined();
      expect(stream.push(recording)).toEqual([]);
    }
  });

  test("of another program's rules is passed over", () => {
    const foreign = Buffer.from(
      recording.toString("latin1").replaceAll("SV ingress", "XX ingress"),
      "latin1",
    );
    expect(read(foreign)).toEqual([]);
    const gate = Buffer.from(recording.toString("latin1").replaceAll("SV ingress", "SV gate   "), "latin1");
    expect(read(gate)).toEqual([]);
  });
});

/** Bytes from words of hex. */
const hex = (...words: readonly string[]): Buffer => Buffer.from(words.join("").replaceAll(" ", ""), "hex");
const IPV6_ENDS = "fd00000000000000 0000000000000001 fd00000000000000 0000000000000002";
const ipv6 = (next: string, rest: string): Buffer => hex("60000000 0010", next, "40", IPV6_ENDS, rest);
const ipv4 = (fragment: string, protocol: string, rest: string): Buffer =>
  hex("45000028 0001", fragment, "40", protocol, "0000 0a000001 0a000002", rest);

describe("an IP packet", () => {
  test.each([
    ["hop-by-hop before TCP", ipv6("00", "06000000 00000000 d4310050 00000000"), "TCP/80"],
    [
      "routing, then destination options",
      ipv6("2b", "3c000000 00000000 11000000 00000000 d4310035"),
      "UDP/53",
    ],
    ["an authentication header", ipv6("33", "06010000 00000001 00000000 d4310050"), "TCP/80"],
    ["a first fragment", ipv6("2c", "11000001 00000001 d4310035"), "UDP/53"],
    ["a later fragment", ipv6("2c", "11000101 00000001 d4310035"), "UDP fragment"],
    ["a later fragment of IPv4", ipv4("0010", "06", "d4310050"), "TCP fragment"],
    ["a copy that ends before the ports", ipv4("0000", "06", "d4"), "TCP"],
    ["ICMP cut short", ipv4("0000", "01", ""), "ICMP"],
    ["GRE", ipv4("0000", "2f", "00000000"), "protocol 47"],
    ["no next header", ipv6("3b", ""), "protocol 59"],
  ])("with %s", (_, bytes, what) => {
    expect(parseIpPacket(bytes)?.what).toBe(what);
  });

  test("is nothing where the bytes are none", () => {
    for (const bytes of [hex(""), hex("00"), hex("45"), hex("41000000"), hex("60")])
      expect(parseIpPacket(bytes)).toBeUndefined();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 96 }), (bytes) => void parseIpPacket(Buffer.from(bytes))),
    );
  });
});

describe("the reader", () => {
  test("tells of packets as they come, and why it ended", async () => {
    const packets: string[] = [];
    const { signal } = new AbortController();
    const onPacket = (packet: DeniedPacket): void => void packets.push(text(packet));
    const busy = "tcpdump: Can't listen on group index: Operation not permitted";
    const why = await readNflog({
      signal,
      onPacket,
      run: ({ command, args, onData }) => {
        expect(`${command} ${args.join(" ")}`).toBe("tcpdump -i nflog:86 -n -U -Z root -w -");
        onData(recording);
        return Promise.resolve(
          `tcpdump: listening on nflog:86, link-type NFLOG\n${busy}\n7 packets captured`,
        );
      },
    });
    expect(packets).toEqual(RECORDED);
    expect(why).toBe(busy);
  });

  test("ends a stream that it cannot read", async () => {
    const why = await readNflog({
      signal: new AbortController().signal,
      onPacket: () => undefined,
      run: ({ onData, signal }) => {
        onData(Buffer.alloc(100));
        return Promise.resolve(signal.aborted ? "killed" : "went on");
      },
    });
    expect(why).toMatch(/^not a capture of NFLOG/);
  });
});
