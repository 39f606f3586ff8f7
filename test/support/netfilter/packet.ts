import type { Bits } from "../bits.ts";

/** What a firewall sees of one packet. */
export interface Packet {
  readonly source: Bits;
  readonly destination: Bits;
  readonly protocol: "tcp" | "udp" | "sctp" | "icmp" | "ipv6-icmp" | "gre";
  /** Destination port, where the protocol has ports. */
  readonly port?: number;
  /** ICMP type, where it is ICMP. */
  readonly icmpType?: number;
  /** Flags that are set; TCP only. */
  readonly flags?: readonly string[];
  /** What conntrack says of it. */
  readonly state: "NEW" | "ESTABLISHED" | "RELATED" | "INVALID";
  /** Its time to live; 64 by default. */
  readonly hops?: number;
  /** The bridge that it passes over, where br_netfilter shows it to iptables: both its ways in and out. */
  readonly bridge?: string;
  /** Whether the source is an address of the node that looks at it. */
  readonly hasLocalSource: boolean;
}

export const hopsOf = ({ hops = 64 }: Packet): number => hops;

const numbers: Readonly<Record<Packet["protocol"], number>> = {
  tcp: 6,
  udp: 17,
  sctp: 132,
  icmp: 1,
  "ipv6-icmp": 58,
  gre: 47,
};

const known = new Map<Bits, readonly number[]>();

function bytesOf(bits: Bits): readonly number[] {
  const bytes = known.get(bits) ?? (bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2));
  known.set(bits, bytes);
  return bytes;
}

/** The IP header, without options: RFC 791 section 3.1, RFC 8200 section 3. */
export function ipHeader(packet: Packet): Uint8Array {
  const { source, destination, protocol } = packet;
  const hops = hopsOf(packet);
  const addresses = [...bytesOf(source), ...bytesOf(destination)];
  const fixed =
    source.length === 32
      ? [0x45, 0, 0, 20, 0, 0, 0x40, 0, hops, numbers[protocol], 0, 0]
      : [0x60, 0, 0, 0, 0, 0, numbers[protocol], hops];
  return Uint8Array.from([...fixed, ...addresses]);
}
