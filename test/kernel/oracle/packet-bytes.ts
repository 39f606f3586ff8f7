/* A packet of test/support/netfilter, octet by octet as it goes over the wire. */
import { type Packet, ipHeader } from "../../support/netfilter/packet.ts";
import { must } from "../../support/must.ts";
import { crc32c, internetChecksum } from "./checksums.ts";

/** What makes one packet another than the next. */
export interface Contents {
  /** The client's port, or an echo request's identifier: 1 to 65535. */
  readonly id: number;
  readonly payload: Buffer;
}

const isIPv4 = ({ source }: Packet): boolean => source.length === 32;

/** Header fields of so many octets each, in network order. */
const fieldsOf =
  (octets: 1 | 2 | 4) =>
  (...values: readonly number[]): Buffer => {
    const bytes = Buffer.alloc(octets * values.length);
    for (const [i, value] of values.entries()) bytes.writeUIntBE(value, i * octets, octets);
    return bytes;
  };
const u8 = fieldsOf(1);
const u16 = fieldsOf(2);
const u32 = fieldsOf(4);

/** What TCP, UDP and ICMPv6 sum up beside themselves (RFC 9293 section 3.1, RFC 8200 section 8.1). */
function pseudoHeader(packet: Packet, header: Uint8Array, length: number): Buffer {
  const [addresses, protocol] = isIPv4(packet)
    ? [header.subarray(12, 20), header[9]]
    : [header.subarray(8, 40), header[6]];
  return Buffer.concat([addresses, u32(length, must(protocol))]);
}

const withChecksum = (body: Buffer, at: number, checksum: number): Buffer => {
  body.writeUInt16BE(checksum, at);
  return body;
};

const TCP_FLAGS: Readonly<Record<string, number>> = { FIN: 1, SYN: 2, RST: 4, ACK: 16 };

/** IEEE 802's local experimental ethertype: nothing that looks into GRE knows it. */
const EXPERIMENTAL_ETHERTYPE = 0x88b5;

/** An INIT (RFC 9260 section 3.3.2), which must stand alone in its packet: the payload is a parameter of it, of unknown type. */
function sctpInit(port: number, { id, payload }: Contents): Buffer {
  const parameter = Buffer.concat([u16(0xc0de, 4 + payload.length), payload]);
  const [initiateTag, window, streams, sequence] = [1, 65_536, 1, 1];
  const init = Buffer.concat([u32(initiateTag, window), u16(streams, streams), u32(sequence), parameter]);
  const chunk = Buffer.concat([u8(1, 0), u16(4 + init.length), init]);
  const body = Buffer.concat([u16(id, port), u32(0, 0), chunk]);
  // The one number that goes over the wire with its low octet first (RFC 9260 appendix A).
  body.writeUInt32LE(crc32c(body), 8);
  return body;
}

function bodyOf(packet: Packet, header: Uint8Array, contents: Contents): Buffer {
  const { id, payload } = contents;
  const port = packet.port ?? 0;
  const summed = (body: Buffer, at: number): Buffer =>
    withChecksum(body, at, internetChecksum(pseudoHeader(packet, header, body.length), body));
  switch (packet.protocol) {
    case "tcp": {
      const flags = (packet.flags ?? []).reduce((sum, flag) => sum | must(TCP_FLAGS[flag], "TCP flag"), 0);
      const [sequence, acknowledged, offset, window] = [1, 0, 0x50, 64_240];
      const numbers = Buffer.concat([u16(id, port), u32(sequence, acknowledged)]);
      return summed(Buffer.concat([numbers, u8(offset, flags), u16(window, 0, 0), payload]), 16);
    }
    case "udp":
      return summed(Buffer.concat([u16(id, port, 8 + payload.length, 0), payload]), 6);
    case "sctp":
      return sctpInit(port, contents);
    case "gre":
      return Buffer.concat([u16(0, EXPERIMENTAL_ETHERTYPE), payload]);
    case "icmp":
    case "ipv6-icmp": {
      const body = Buffer.concat([u8(must(packet.icmpType), 0), u16(0, id, 1), payload]);
      return isIPv4(packet) ? withChecksum(body, 2, internetChecksum(body)) : summed(body, 2);
    }
  }
}

const isNeighbourDiscovery = ({ protocol, icmpType = 0 }: Packet): boolean =>
  protocol === "ipv6-icmp" && icmpType >= 133 && icmpType <= 137;

/** Puts the lengths of what follows, and the header's own checksum, into an IP header. */
export function finishHeader(header: Buffer, bodyLength: number): Buffer {
  if (header.readUInt8(0) >> 4 === 4) {
    header.writeUInt16BE(20 + bodyLength, 2);
    header.writeUInt16BE(0, 10);
    header.writeUInt16BE(internetChecksum(header), 10);
  } else header.writeUInt16BE(bodyLength, 4);
  return header;
}

/** The packet with all its lengths and checksums. */
export function packetBytes(packet: Packet, contents: Contents): Buffer {
  const header = Buffer.from(ipHeader(packet));
  // RFC 4861 section 7.1: what comes from further than the next hop is not neighbour discovery.
  if (isNeighbourDiscovery(packet)) header.writeUInt8(255, 7);
  const body = bodyOf(packet, header, contents);
  return Buffer.concat([finishHeader(header, body.length), body]);
}
