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

/** Header fields of one, two or four octets, written one after the other in network order. */
function fields(...values: readonly (readonly [octets: 1 | 2 | 4, value: number])[]): Buffer {
  return Buffer.concat(
    values.map(([octets, value]) => {
      const field = Buffer.alloc(octets);
      field.writeUIntBE(value, 0, octets);
      return field;
    }),
  );
}

/** What TCP, UDP and ICMPv6 sum up beside themselves (RFC 9293 section 3.1, RFC 8200 section 8.1). */
function pseudoHeader(packet: Packet, header: Uint8Array, length: number): Buffer {
  const [addresses, protocol] = isIPv4(packet)
    ? [header.subarray(12, 20), header[9]]
    : [header.subarray(8, 40), header[6]];
  return Buffer.concat([addresses, fields([4, length], [4, must(protocol)])]);
}

const withChecksum = (body: Buffer, at: number, checksum: number): Buffer => {
  body.writeUInt16BE(checksum, at);
  return body;
};

const TCP_FLAGS: Readonly<Record<string, number>> = { FIN: 1, SYN: 2, RST: 4, ACK: 16 };

/** An INIT (RFC 9260 section 3.3.2), which must stand alone in its packet: the payload is a parameter of it, of unknown type. */
function sctpInit(port: number, { id, payload }: Contents): Buffer {
  const parameter = Buffer.concat([fields([2, 0xc0de], [2, 4 + payload.length]), payload]);
  const chunk = [[1, 1] as const, [1, 0] as const, [2, 20 + parameter.length] as const];
  const init = [
    [4, 0x5e1ed6e] as const,
    [4, 65_536] as const,
    [2, 1] as const,
    [2, 1] as const,
    [4, 1] as const,
  ];
  const body = Buffer.concat([fields([2, id], [2, port], [4, 0], [4, 0], ...chunk, ...init), parameter]);
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
      const offsetAndFlags = [[1, 0x50] as const, [1, flags] as const];
      const head = fields([2, id], [2, port], [4, 1], [4, 0], ...offsetAndFlags, [2, 64_240], [2, 0], [2, 0]);
      return summed(Buffer.concat([head, payload]), 16);
    }
    case "udp":
      return summed(Buffer.concat([fields([2, id], [2, port], [2, 8 + payload.length], [2, 0]), payload]), 6);
    case "sctp":
      return sctpInit(port, contents);
    case "gre":
      return Buffer.concat([fields([2, 0], [2, 0x88b5]), payload]);
    case "icmp":
    case "ipv6-icmp": {
      const body = Buffer.concat([
        fields([1, must(packet.icmpType)], [1, 0], [2, 0], [2, id], [2, 1]),
        payload,
      ]);
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
