import { type Address, type Family, addressBits, families } from "./address.ts";
import { type Cidr, cidrInterval, intervalCidrs } from "./cidr.ts";
import * as intervals from "./intervals.ts";
import type { IntervalSet } from "./intervals.ts";

/** A set of addresses of both families, exact and canonical: equal sets are equal values. */
export type AddressSet = Readonly<Record<Family, IntervalSet<bigint>>>;

const mapFamilies = (make: (family: Family) => IntervalSet<bigint>): AddressSet => ({
  IPv4: make("IPv4"),
  IPv6: make("IPv6"),
});

export const noAddresses: AddressSet = mapFamilies(() => []);

export const allAddresses: AddressSet = mapFamilies((family) => [[0n, 1n << BigInt(addressBits[family])]]);

/** All addresses that lie in at least one of the blocks. */
export function addressSet(cidrs: Iterable<Cidr>): AddressSet {
  const all = [...cidrs];
  return mapFamilies((family) =>
    intervals.intervalSet(all.filter((cidr) => cidr.family === family).map(cidrInterval)),
  );
}

/** All that lies in at least one of the sets; sorted once, however many they are: policies may have thousands of blocks. */
export const unionAddresses = (sets: readonly AddressSet[]): AddressSet =>
  mapFamilies((family) => intervals.intervalSet(sets.flatMap((set) => set[family])));

export const intersectAddresses = (a: AddressSet, b: AddressSet): AddressSet =>
  mapFamilies((family) => intervals.intersection(a[family], b[family]));

export const subtractAddresses = (a: AddressSet, b: AddressSet): AddressSet =>
  mapFamilies((family) => intervals.difference(a[family], b[family]));

/** Whether the address is in the set. An IPv4 address and its IPv4-mapped IPv6 address are two. */
export const containsAddress = (set: AddressSet, { family, value }: Address): boolean =>
  intervals.contains(set[family], value);

export const coversFamily = (set: AddressSet, family: Family): boolean =>
  intervals.isEqual(set[family], allAddresses[family]);

export const isNoAddress = (set: AddressSet): boolean => families.every((family) => set[family].length === 0);

export const isEveryAddress = (set: AddressSet): boolean =>
  families.every((family) => coversFamily(set, family));

export const equalAddresses = (a: AddressSet, b: AddressSet): boolean =>
  families.every((family) => intervals.isEqual(a[family], b[family]));

export const isAddressSubset = (a: AddressSet, b: AddressSet): boolean =>
  families.every((family) => intervals.isSubset(a[family], b[family]));

/** The fewest CIDRs that cover exactly this set's addresses of one family, ascending. */
export const addressSetCidrs = (set: AddressSet, family: Family): Cidr[] =>
  set[family].flatMap((interval) => intervalCidrs(family, interval));
