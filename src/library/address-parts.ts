import type { Party } from "../analysis/party.ts";
import { type Address, type Family, families, formatAddress } from "../core/address.ts";
import {
  type AddressSet,
  addressSet,
  addressSetCidrs,
  allAddresses,
  intersectAddresses,
  noAddresses,
  subtractAddresses,
} from "../core/address-set.ts";
import type { AddressBook } from "../core/address-book.ts";
import { type Cidr, cidrAround, formatCidr } from "../core/cidr.ts";
import { type Pod, type Node, keyOf } from "../core/cluster.ts";
import { addressBits } from "../core/address.ts";
import type { IntervalSet } from "../core/intervals.ts";
import type { Program } from "../core/program.ts";
import { ruleAddresses } from "./rule-addresses.ts";

/** Who in the cluster has which addresses, as far as that is known. */
export interface Inhabitants {
  readonly pods: readonly Pod[];
  readonly nodes: readonly Node[];
  readonly book: AddressBook;
}

const single = (address: Address): Cidr => cidrAround(address, addressBits[address.family]);

function known(inhabitants: Inhabitants): Address[] {
  const ofPods = inhabitants.pods.flatMap(({ addresses }) => (addresses === "unknown" ? [] : addresses));
  return [...ofPods, ...inhabitants.nodes.flatMap(({ addresses }) => addresses)];
}

/** Cuts the addresses wherever a rule's block begins or ends. */
function atoms(set: IntervalSet<bigint>, bounds: readonly bigint[]): IntervalSet<bigint>[] {
  return bounds.flatMap((from, i) => {
    const to = bounds[i + 1];
    if (to === undefined) return [];
    const cut = set.flatMap(([first, end]): [bigint, bigint][] => {
      const low = first > from ? first : from;
      const high = end < to ? end : to;
      return low < high ? [[low, high]] : [];
    });
    return cut.length === 0 ? [] : [cut];
  });
}

/** How many ranges are named before the rest is only counted. */
const SHOWN = 3;

/** `10.0.0.0/8`, one address, or the first and the last of a range that is no block. */
function rangeText(family: Family, range: readonly [bigint, bigint]): string {
  const [block, ...more] = addressSetCidrs({ ...noAddresses, [family]: [range] }, family);
  if (block === undefined) return "";
  const [first, last] = [range[0], range[1] - 1n].map((value) => formatAddress({ family, value }));
  if (more.length > 0) return `${first}-${last}`;
  return first === last ? `${first}` : formatCidr(block);
}

function nameOf(family: Family, ranges: IntervalSet<bigint>): string {
  const names = ranges.slice(0, SHOWN).map((range) => rangeText(family, range));
  const more = ranges.length - SHOWN;
  return names.join(",") + (more > 0 ? ` and ${more} more ${more === 1 ? "range" : "ranges"}` : "");
}

/**
 * The addresses of a set that nobody in the cluster has, as parties: one for each part that the program's blocks tell
 * apart, which is all that rules can tell of an address outside. What holds for one address of a part holds for all.
 */
export function outsideParts(program: Program, set: AddressSet, inhabitants: Inhabitants): Party[] {
  const outside = subtractAddresses(set, addressSet(known(inhabitants).map(single)));
  const blocks = ruleAddresses(program);
  return families.flatMap((family) => {
    const ends = [...allAddresses[family].flat(), ...blocks.flatMap((block) => block[family].flat())];
    const bounds = [...new Set(ends)].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0));
    return atoms(outside[family], bounds).map((part): Party => {
      const value = part[0]?.[0] ?? 0n;
      return {
        name: nameOf(family, part),
        end: { kind: "address", address: { family, value } },
        several: false,
      };
    });
  });
}

/** Every address of a block: the pods and nodes that have some of them, and the rest as `outsideParts`. */
export function cidrParts(program: Program, cidr: Cidr, inhabitants: Inhabitants): Party[] {
  const set = addressSet([cidr]);
  const inside = known(inhabitants).filter(
    (address) => intersectAddresses(set, addressSet([single(address)]))[address.family].length > 0,
  );
  const parties = inside.map((address): Party => {
    const end = inhabitants.book(address);
    const who = end.kind === "pod" ? keyOf(end.pod) : end.kind === "node" ? `node ${end.name}` : "";
    return { name: `${formatAddress(address)} (${who})`, end, several: false };
  });
  return [...parties, ...outsideParts(program, set, inhabitants)];
}
