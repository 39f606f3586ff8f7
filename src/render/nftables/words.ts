import { type Family, addressBits, formatAddress } from "../../core/address.ts";
import { type Cidr, formatCidr } from "../../core/cidr.ts";
import type { Direction } from "../../core/policy.ts";

/** How nft calls a family's header. */
export const header: Readonly<Record<Family, "ip" | "ip6">> = { IPv4: "ip", IPv6: "ip6" };

const subjectSide = { ingress: "daddr", egress: "saddr" } as const;
const peerSide = { ingress: "saddr", egress: "daddr" } as const;

/** The address of who is isolated. */
export const subjectOf = (family: Family, direction: Direction): string =>
  `${header[family]} ${subjectSide[direction]}`;

/** The address at the other end. */
export const peerOf = (family: Family, direction: Direction): string =>
  `${header[family]} ${peerSide[direction]}`;

/** A block of addresses; a single address is printed without its length. */
export const blockText = (block: Cidr): string =>
  block.length === addressBits[block.family]
    ? formatAddress({ family: block.family, value: block.first })
    : formatCidr(block);
