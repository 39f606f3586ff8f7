import { type Address, type Family, formatAddress } from "../core/address.ts";
import { type AddressSet, addressSetCidrs } from "../core/address-set.ts";
import { type Cidr, formatCidr } from "../core/cidr.ts";
import { everyPodId } from "../core/normalize.ts";
import type { Direction, GroupId, PortName } from "../core/policy.ts";
import type { Group, Member } from "../core/program.ts";
import { blockSet, groupSet, isolatedSet, knownSet, namedPortSet } from "./names.ts";
import type { IpSet, SetType } from "./ruleset.ts";

/** The sets of one family that rules have asked for so far. Asking makes the set and returns its name. */
export interface SetTable {
  readonly sets: ReadonlyMap<string, IpSet>;
  group(id: GroupId): string;
  namedPort(id: GroupId, port: PortName): string;
  /** A port by name on any pod of the cluster. */
  namedPortAnywhere(port: PortName): string;
  blocks(addresses: AddressSet): string;
  /** The pods that are isolated in one direction, by their addresses. */
  isolated(direction: Direction, addresses: readonly string[]): string;
  /** The addresses that the start gate lets by in these blocks. */
  known(blocks: readonly Cidr[], addresses: readonly string[]): string;
  /** A set by its name; who asks last says what is in it. */
  given(name: string, type: SetType, entries: readonly string[]): string;
}

export const addressesIn = (family: Family, addresses: readonly Address[] | "unknown"): string[] =>
  addresses === "unknown" ? [] : addresses.filter((address) => address.family === family).map(formatAddress);

function portEntries(family: Family, { addresses, ports }: Member, { protocol, name }: PortName): string[] {
  const numbers = ports.filter((port) => port.name === name && port.protocol === protocol);
  return addressesIn(family, addresses).flatMap((address) =>
    numbers.map(({ port }) => `${address},${protocol.toLowerCase()}:${port}`),
  );
}

/** `hash:net` has no /0: two halves stand for it. A single address is printed without its length. */
function blockEntries(block: Cidr): string[] {
  if (block.length === 0) {
    const half = formatCidr({ ...block, length: 1 });
    const otherFirst = 1n << (block.family === "IPv4" ? 31n : 127n);
    return [half, formatCidr({ ...block, first: otherFirst, length: 1 })];
  }
  const isSingle = block.length === (block.family === "IPv4" ? 32 : 128);
  return [isSingle ? formatAddress({ family: block.family, value: block.first }) : formatCidr(block)];
}

export function setTable(family: Family, groups: ReadonlyMap<GroupId, Group>): SetTable {
  const sets = new Map<string, IpSet>();
  const membersOf = (id: GroupId): readonly Member[] => groups.get(id)?.members ?? [];
  const ask = (name: string, type: IpSet["type"], entries: () => Iterable<string>): string => {
    if (!sets.has(name)) sets.set(name, { type, entries: new Set(entries()) });
    return name;
  };
  const namedPort = (id: GroupId, port: PortName): string =>
    ask(namedPortSet(family, id, port), "hash:ip,port", () =>
      membersOf(id).flatMap((member) => portEntries(family, member, port)),
    );
  return {
    sets,
    namedPort,
    namedPortAnywhere: (port) => namedPort(everyPodId, port),
    group: (id) =>
      ask(groupSet(family, id), "hash:ip", () =>
        membersOf(id).flatMap(({ addresses }) => addressesIn(family, addresses)),
      ),
    isolated: (direction, addresses) => {
      const sorted = addresses.toSorted();
      return ask(isolatedSet(family, direction, sorted), "hash:ip", () => sorted);
    },
    known: (closed, addresses) => {
      const name = knownSet(family, closed);
      sets.set(name, { type: "hash:ip", entries: new Set(addresses), order: "go-first" });
      return name;
    },
    given: (name, type, entries) => {
      sets.set(name, { type, entries: new Set(entries) });
      return name;
    },
    blocks: (addresses) => {
      const blocks = addressSetCidrs(addresses, family);
      return ask(blockSet(family, blocks), "hash:net", () => blocks.flatMap(blockEntries));
    },
  };
}
