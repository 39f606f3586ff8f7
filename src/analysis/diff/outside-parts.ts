import { type Address, type Family, addressBits, families } from "../../core/address.ts";
import { type AddressSet, addressSet, noAddresses, subtractAddresses } from "../../core/address-set.ts";
import { cidrAround } from "../../core/cidr.ts";
import { type Interval, intervalSet } from "../../core/intervals.ts";
import { addressStretches } from "../map/address-classes.ts";

/** Addresses outside that are in the same sets, so that nothing which is told of them differs. */
export interface OutsidePart {
  /** Those of pods and nodes among them are not meant. */
  readonly addresses: AddressSet;
  /** One that nobody has, which stands for all. */
  readonly address: Address;
}

function partsOf(family: Family, sets: readonly AddressSet[], inhabited: AddressSet): OutsidePart[] {
  const stretches = addressStretches(family, sets);
  const end = 1n << BigInt(addressBits[family]);
  const found = Map.groupBy(
    stretches.map(({ from, kind }, i) => {
      const interval: Interval<bigint> = [from, stretches[i + 1]?.from ?? end];
      return { kind, interval };
    }),
    ({ kind }) => kind,
  );
  return [...found.values()].flatMap((all): OutsidePart[] => {
    const addresses = { ...noAddresses, [family]: intervalSet(all.map(({ interval }) => interval)) };
    const value = subtractAddresses(addresses, inhabited)[family][0]?.[0];
    return value === undefined ? [] : [{ addresses, address: { family, value } }];
  });
}

/** The addresses that nobody has, in as few parts as the sets can tell apart. Together they are all there are. */
export function outsideParts(sets: readonly AddressSet[], inhabited: readonly Address[]): OutsidePart[] {
  const singles = inhabited.map((address) => cidrAround(address, addressBits[address.family]));
  const taken = addressSet(singles);
  return families.flatMap((family) => partsOf(family, sets, taken));
}
