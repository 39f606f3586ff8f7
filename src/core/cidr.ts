import { type Address, type Family, addressBits, formatAddress, parseAddress } from "./address.ts";
import type { Interval } from "./intervals.ts";

/** An aligned block of addresses: `first` has no bit set beyond `length`. */
export interface Cidr {
  readonly family: Family;
  readonly first: bigint;
  /** Prefix length in bits: 0 to 32, or to 128. */
  readonly length: number;
}

/** How many addresses a block of this prefix length holds. */
function blockSize(family: Family, length: number): bigint {
  return 1n << BigInt(addressBits[family] - length);
}

/** The block of that prefix length that holds the address. */
export function cidrAround({ family, value }: Address, length: number): Cidr {
  return { family, first: value - (value % blockSize(family, length)), length };
}

export function isInCidr(address: Address, { family, first, length }: Cidr): boolean {
  const host = BigInt(addressBits[family] - length);
  return address.family === family && address.value >> host === first >> host;
}

/**
 * Reads `address/length`. Host bits are cleared, as the API server and the kernel read them
 * (`10.0.0.7/8` is `10.0.0.0/8`); `undefined` where the text is no CIDR.
 */
export function parseCidr(text: string): Cidr | undefined {
  const slash = text.lastIndexOf("/");
  const address = parseAddress(text.slice(0, Math.max(slash, 0)));
  const length = text.slice(slash + 1);
  if (address === undefined || !/^(?:0|[1-9]\d{0,2})$/.test(length)) return undefined;
  if (Number(length) > addressBits[address.family]) return undefined;
  return cidrAround(address, Number(length));
}

/** Canonical text: `10.0.0.0/8`. */
export function formatCidr({ family, first, length }: Cidr): string {
  return `${formatAddress({ family, value: first })}/${length}`;
}

export function cidrInterval({ family, first, length }: Cidr): Interval<bigint> {
  return [first, first + blockSize(family, length)];
}

/** The fewest aligned blocks that cover exactly the interval, ascending. */
export function intervalCidrs(family: Family, [from, to]: Interval<bigint>): Cidr[] {
  const bits = addressBits[family];
  const blocks: Cidr[] = [];
  for (let first = from; first < to;) {
    let length = bits;
    // Grow while the block stays aligned on its first address and inside the interval.
    while (
      length > 0 &&
      first % blockSize(family, length - 1) === 0n &&
      first + blockSize(family, length - 1) <= to
    ) {
      length -= 1;
    }
    blocks.push({ family, first, length });
    first += blockSize(family, length);
  }
  return blocks;
}
