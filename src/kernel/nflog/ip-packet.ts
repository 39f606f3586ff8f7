import type { Address } from "../../core/address.ts";
import type { Flow, Protocol } from "../../core/traffic.ts";

/** A packet as policies see it. */
export interface IpPacket {
  readonly source: Address;
  readonly destination: Address;
  /** Unknown where the packet carries no ports though its protocol has them: a later fragment, or a copy cut short. */
  readonly flow: Flow | undefined;
  /** For people: `TCP/80`, `ICMP type 8`, `protocol 47`. */
  readonly what: string;
}

/** IANA protocol numbers. */
const PORTED: Readonly<Record<number, Protocol>> = { 6: "TCP", 17: "UDP", 132: "SCTP" };
const ICMP: Readonly<Record<number, string>> = { 1: "ICMP", 58: "ICMPv6" };

/** IPv6 extension headers that a transport header may follow (RFC 8200 section 4), and how long each is. */
const EXTENSIONS: Readonly<Record<number, (lengthByte: number) => number>> = {
  0: (units) => 8 * (units + 1),
  43: (units) => 8 * (units + 1),
  44: () => 8,
  51: (units) => 4 * (units + 2),
  60: (units) => 8 * (units + 1),
};
const FRAGMENT = 44;

interface Transport {
  readonly number: number;
  readonly bytes: Buffer;
  /** Not the first fragment: what would be ports is data. */
  readonly isTail: boolean;
}

function described({ number, bytes, isTail }: Transport): Pick<IpPacket, "flow" | "what"> {
  const protocol = PORTED[number];
  if (protocol !== undefined) {
    if (isTail) return { flow: undefined, what: `${protocol} fragment` };
    if (bytes.length < 4) return { flow: undefined, what: protocol };
    const port = bytes.readUInt16BE(2);
    return { flow: { protocol, port }, what: `${protocol}/${port}` };
  }
  const icmp = ICMP[number];
  const what = icmp === undefined ? `protocol ${number}` : icmp;
  const type = icmp === undefined || isTail ? undefined : bytes[0];
  return { flow: { protocol: "other" }, what: type === undefined ? what : `${what} type ${type}` };
}

function parseIPv4(bytes: Buffer): IpPacket | undefined {
  const headerBytes = ((bytes[0] ?? 0) & 15) * 4;
  if (headerBytes < 20 || bytes.length < headerBytes) return undefined;
  const address = (at: number): Address => ({ family: "IPv4", value: BigInt(bytes.readUInt32BE(at)) });
  const isTail = (bytes.readUInt16BE(6) & 0x1fff) !== 0;
  const transport = { number: bytes.readUInt8(9), bytes: bytes.subarray(headerBytes), isTail };
  return { source: address(12), destination: address(16), ...described(transport) };
}

function parseIPv6(bytes: Buffer): IpPacket | undefined {
  if (bytes.length < 40) return undefined;
  const address = (at: number): Address => ({
    family: "IPv6",
    value: (bytes.readBigUInt64BE(at) << 64n) | bytes.readBigUInt64BE(at + 8),
  });
  let number = bytes.readUInt8(6);
  let rest = bytes.subarray(40);
  let isTail = false;
  for (let length = EXTENSIONS[number]; length !== undefined; length = EXTENSIONS[number]) {
    if (rest.length < 8) break;
    if (number === FRAGMENT) isTail ||= rest.readUInt16BE(2) >> 3 !== 0;
    number = rest.readUInt8(0);
    rest = rest.subarray(length(rest.readUInt8(1)));
    // Data of an earlier fragment follows, not another header.
    if (isTail) break;
  }
  return {
    source: address(8),
    destination: address(24),
    ...described({ number, bytes: rest, isTail }),
  };
}

/** Reads an IP packet as far as policies look; `undefined` where it is none. Never throws. */
export function parseIpPacket(bytes: Buffer): IpPacket | undefined {
  const version = (bytes[0] ?? 0) >> 4;
  if (version === 4) return parseIPv4(bytes);
  return version === 6 ? parseIPv6(bytes) : undefined;
}
