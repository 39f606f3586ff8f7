import { finishHeader } from "./packet-bytes.ts";

const MORE = { IPv4: 0x2000, IPv6: 1 } as const;
const FRAGMENT_HEADER = 44;

/** The two fragments of an IP packet; the first one has so many octets of what follows the IP header: a multiple of 8. */
export function inTwoFragments(packet: Buffer, firstOctets: number, id: number): [Buffer, Buffer] {
  const isIPv4 = packet.readUInt8(0) >> 4 === 4;
  const headerLength = isIPv4 ? 20 : 40;
  const body = packet.subarray(headerLength);
  const fragment = (offset: number, part: Buffer): Buffer => {
    const isLast = offset + part.length === body.length;
    const header = Buffer.from(packet.subarray(0, headerLength));
    if (isIPv4) {
      header.writeUInt16BE(id, 4);
      header.writeUInt16BE((isLast ? 0 : MORE.IPv4) + offset / 8, 6);
      return Buffer.concat([finishHeader(header, part.length), part]);
    }
    // RFC 8200 section 4.5; the offset stands in units of 8 octets in the upper 13 bits.
    const extension = Buffer.from([header.readUInt8(6), 0, 0, 0, 0, 0, 0, 0]);
    extension.writeUInt16BE(offset + (isLast ? 0 : MORE.IPv6), 2);
    extension.writeUInt32BE(id, 4);
    header.writeUInt8(FRAGMENT_HEADER, 6);
    return Buffer.concat([finishHeader(header, 8 + part.length), extension, part]);
  };
  return [fragment(0, body.subarray(0, firstOctets)), fragment(firstOctets, body.subarray(firstOctets))];
}
