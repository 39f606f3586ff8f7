/** Named as Kubernetes names them (`ipFamilies`). */
export type Family = "IPv4" | "IPv6";

/** Both, in the order in which answers name them. */
export const families: readonly Family[] = ["IPv4", "IPv6"];

/** Width of an address in bits. */
export const addressBits: Readonly<Record<Family, number>> = { IPv4: 32, IPv6: 128 };

/** One address, as the unsigned number that its bits spell. */
export interface Address {
  readonly family: Family;
  readonly value: bigint;
}

const OCTET = /^(?:0|[1-9]\d{0,2})$/;
const HEXTET = /^[0-9a-fA-F]{1,4}$/;

function parseIPv4(text: string): bigint | undefined {
  const octets = text.split(".");
  if (octets.length !== 4) return undefined;
  let value = 0n;
  for (const octet of octets) {
    if (!OCTET.test(octet) || Number(octet) > 255) return undefined;
    value = (value << 8n) | BigInt(octet);
  }
  return value;
}

/** The 16-bit groups of one side of a `::`; a dotted quad may end the last side and stands for two groups. */
function parseHextets(text: string, mayEndInIPv4: boolean): bigint[] | undefined {
  if (text === "") return [];
  const parts = text.split(":");
  const groups: bigint[] = [];
  for (const [i, part] of parts.entries()) {
    if (HEXTET.test(part)) {
      groups.push(BigInt(`0x${part}`));
      continue;
    }
    const quad = mayEndInIPv4 && i === parts.length - 1 ? parseIPv4(part) : undefined;
    if (quad === undefined) return undefined;
    groups.push(quad >> 16n, quad & 0xffffn);
  }
  return groups;
}

function parseIPv6(text: string): bigint | undefined {
  const sides = text.split("::");
  if (sides.length > 2) return undefined;
  const compressed = sides.length === 2;
  const head = parseHextets(sides[0] ?? "", !compressed);
  const tail = compressed ? parseHextets(sides[1] ?? "", true) : [];
  if (head === undefined || tail === undefined) return undefined;
  const missing = 8 - head.length - tail.length;
  if (compressed ? missing < 1 : missing !== 0) return undefined;
  const groups = [...head, ...Array.from({ length: missing }, () => 0n), ...tail];
  return groups.reduce((value, group) => (value << 16n) | group, 0n);
}

/**
 * Reads one address as Go's `netip.ParseAddr` does: no leading zeros, no zone, no surrounding space.
 * `undefined` where the text is no address. An IPv4-mapped IPv6 address is the IPv6 address that it spells.
 */
export function parseAddress(text: string): Address | undefined {
  const family: Family = text.includes(":") ? "IPv6" : "IPv4";
  const value = family === "IPv6" ? parseIPv6(text) : parseIPv4(text);
  return value === undefined ? undefined : { family, value };
}

/** An IPv6 address's 16-bit groups. Nearly all in plain numbers: every step in bigints costs several of theirs. */
function groupsOf(value: bigint): number[] {
  const groups: number[] = [];
  for (const half of [value >> 64n, value & 0xffff_ffff_ffff_ffffn])
    for (const word of [Number(half >> 32n), Number(half & 0xffff_ffffn)])
      groups.push(word >>> 16, word & 0xffff);
  return groups;
}

function formatIPv6(value: bigint): string {
  const groups = groupsOf(value);
  // RFC 5952 section 4.2: the longest run of two or more zero groups, the first of equals, becomes "::".
  let best = { start: 0, length: 1 };
  let start = 0;
  for (let i = 0; i <= groups.length; i += 1) {
    if (groups[i] === 0) continue;
    if (i - start > best.length) best = { start, length: i - start };
    start = i + 1;
  }
  const hex = groups.map((group) => group.toString(16));
  if (best.length < 2) return hex.join(":");
  return `${hex.slice(0, best.start).join(":")}::${hex.slice(best.start + best.length).join(":")}`;
}

/** Canonical text: dotted quad, or RFC 5952 (without its mixed notation, which ipset and iptables do not print). */
export function formatAddress({ family, value }: Address): string {
  if (family === "IPv6") return formatIPv6(value);
  const word = Number(value);
  return `${word >>> 24}.${(word >>> 16) & 0xff}.${(word >>> 8) & 0xff}.${word & 0xff}`;
}
