import { type Bits, bitsOf, prefixOf } from "../bits.ts";
import type { Packet } from "./packet.ts";

export type MemorySetType = "hash:ip" | "hash:net" | "hash:ip,port";

/** One set. Entries by what they match, with their text. */
export interface MemorySet {
  readonly name: string;
  readonly type: MemorySetType;
  /** Width of its addresses: 32 or 128. */
  readonly width: number;
  readonly maxElements: number;
  readonly entries: Map<string, string>;
}

/** Length of a set's name in bytes: IPSET_MAXNAMELEN less the terminator. */
const MAX_NAME = 31;
const types = new Set<string>(["hash:ip", "hash:net", "hash:ip,port"]);

export function createSet(words: readonly string[]): MemorySet {
  const [name = "", type = "", ...options] = words;
  if (name === "" || name.length > MAX_NAME) throw new Error(`ipset: bad setname ${name}`);
  if (!types.has(type)) throw new Error(`ipset: unknown type ${type}`);
  const given = new Map(options.flatMap((word, i) => (i % 2 === 0 ? [[word, options[i + 1] ?? ""]] : [])));
  const width = given.get("family") === "inet6" ? 128 : 32;
  const maxElements = Number(given.get("maxelem") ?? 65_536);
  return { name, type: type as MemorySetType, width, maxElements, entries: new Map() };
}

function addressKey(text: string, width: number): Bits {
  const bits = bitsOf(text);
  if (bits.length !== width) throw new Error(`ipset: ${text} is of the other family`);
  if (!bits.includes("1")) throw new Error(`ipset: the zero address ${text} cannot be stored`);
  return bits;
}

function netKey(text: string, width: number): string {
  const { prefix, width: own } = prefixOf(text.includes("/") ? text : `${text}/${width}`);
  if (own !== width) throw new Error(`ipset: ${text} is of the other family`);
  if (prefix === "") throw new Error(`ipset: the value of the CIDR parameter of ${text} is invalid`);
  return prefix;
}

function portKey(text: string, width: number): string {
  const [address = "", service = ""] = text.split(",");
  if (!/^(?:tcp|udp|sctp):[1-9]\d*$/.test(service)) throw new Error(`ipset: bad service in ${text}`);
  return `${addressKey(address, width)},${service}`;
}

/** What an entry matches, as one text: two entries that match the same have the same. */
export function entryKey({ type, width }: MemorySet, text: string): string {
  switch (type) {
    case "hash:ip":
      return addressKey(text, width);
    case "hash:net":
      return netKey(text, width);
    case "hash:ip,port":
      return portKey(text, width);
  }
}

/** Whether the set matches the packet on these sides (`src`, `dst`, `dst,dst`). */
export function inSet(set: MemorySet, sides: string, packet: Packet): boolean {
  const bits = sides.startsWith("src") ? packet.source : packet.destination;
  if (bits.length !== set.width) return false;
  switch (set.type) {
    case "hash:ip":
      return set.entries.has(bits);
    case "hash:net":
      return set.entries.keys().some((prefix) => bits.startsWith(prefix));
    case "hash:ip,port":
      return packet.port !== undefined && set.entries.has(`${bits},${packet.protocol}:${packet.port}`);
  }
}
