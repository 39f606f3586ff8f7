import type { Family } from "../core/address.ts";
import { type Cidr, formatCidr } from "../core/cidr.ts";
import { digest } from "../core/digest.ts";
import type { Direction, GroupId, PortName } from "../core/policy.ts";

/*
 * All that is ours is named so, and nothing else is ever touched. The kernel's limits: 31 bytes for a set, 28 for a chain.
 * Parts are joined with separators before they are digested, so "a" + "bc" is not "ab" + "c".
 */

export const FORWARD_CHAIN = "SELVEDGE-FORWARD";

/** Where packets end that the start gate stops. */
export const GATE_CHAIN = "SV-GATE";

/** Where TCP packets are led that nobody remembers and that begin nothing. */
export const MID_STREAM_CHAIN = "SV-MID-STREAM";

/** Where a class's chain leads what it denies, where that is refused. */
export const REFUSE_CHAIN = "SV-REFUSE";

/** Of mangle POSTROUTING: the end of what was to be refused, and was not. */
export const UNREFUSED_CHAIN = "SELVEDGE-UNREFUSED";

/** The only chain of ours in table filter: it refuses. */
export const FILTER_CHAIN = "SELVEDGE-REFUSE";

/** In table mangle. */
export const isOurChain = (name: string): boolean => name.startsWith("SELVEDGE-") || name.startsWith("SV-");
export const isOurSet = (name: string): boolean => /^SV[46]-/.test(name);

const setPrefix: Readonly<Record<Family, string>> = { IPv4: "SV4", IPv6: "SV6" };

/** Which family a set of ours is of. */
export const setFamily = (name: string): Family => (name.startsWith(setPrefix.IPv6) ? "IPv6" : "IPv4");

const SUBJECT_DIGITS = 19;

/**
 * The pods that are isolated in one direction. Named by its content, so that who is isolated changes in the same atomic
 * step as the rules that judge them: a pod that is isolated the other way round is isolated throughout.
 */
export const isolatedSet = (family: Family, direction: Direction, addresses: readonly string[]): string =>
  `${setPrefix[family]}-${direction}-${digest(addresses.join("\n")).slice(0, SUBJECT_DIGITS)}`;

/**
 * The addresses that the start gate lets by. Named by the blocks that it closes, as rules and set must change together
 * where these do; its entries move one by one.
 */
export const knownSet = (family: Family, blocks: readonly Cidr[]): string =>
  `${setPrefix[family]}-known-${digest(blocks.map(formatCidr).join("\n")).slice(0, SUBJECT_DIGITS)}`;

export const groupSet = (family: Family, group: GroupId): string => `${setPrefix[family]}-G-${group}`;

/** The addresses and ports at which a group's pods listen by one name. */
export const namedPortSet = (family: Family, group: GroupId, { protocol, name }: PortName): string =>
  `${setPrefix[family]}-P-${digest([group, protocol, name].join("\n"))}`;

/** Named by its content, which never changes: another list of blocks is another set. */
export const blockSet = (family: Family, blocks: readonly Cidr[]): string =>
  `${setPrefix[family]}-N-${digest(blocks.map(formatCidr).join("\n"))}`;

/** With nftables all that is ours stands in tables of this name, `ip selvedge` and `ip6 selvedge`, and nothing else does. */
export const NFT_TABLE = "selvedge";

/** With nftables: where a base chain leads the packets that are to be judged. */
export const judgingChain = (base: string): string => `SV-${base}`;

/** With nftables: the class that judges each address that is isolated in one direction. */
export const verdictMap = (family: Family, direction: Direction): string =>
  `${setPrefix[family]}-verdicts-${direction}`;

/** With nftables: the chain of a class that is about one port, for each address that has one. */
export const portMap = (family: Family, direction: Direction): string =>
  `${setPrefix[family]}-ports-${direction}`;

/** With nftables: who is isolated in one direction, where the verdict does not matter. */
export const isolatedNow = (family: Family, direction: Direction): string =>
  `${setPrefix[family]}-isolated-${direction}`;

/** With nftables: whether a set or map tells where an address is judged, or whether it is closed. */
export const isDispatchSet = (name: string): boolean =>
  /^SV[46]-(?:verdicts|ports|isolated|known)-/.test(name);

/** With nftables: each isolated address, paired with itself. */
export const selfSet = (family: Family): string => `${setPrefix[family]}-self`;

const CLASS_DIGITS = 22;

export const dispatchChain = (direction: Direction): string => `SV-${direction.toUpperCase()}`;

/** Where the trie leads whom it does not know. In capitals, as no digest is. */
export const restChain = (direction: Direction): string => `SV-${direction === "ingress" ? "I" : "E"}-REST`;

/** A node of the address trie; an IPv4 block can be read off its chain's name. */
export function trieChain(direction: Direction, block: Cidr): string {
  const text = formatCidr(block);
  const tail = block.family === "IPv4" ? text : digest(text).slice(0, CLASS_DIGITS);
  return `SV-${direction === "ingress" ? "I" : "E"}-${tail}`;
}

export const classChain = (id: string): string => `SV-C-${id.slice(0, CLASS_DIGITS)}`;

/** With nftables: the chain of a class for one port, `tcp . 443`. */
export const portChain = (id: string, port: string): string =>
  `${classChain(id)}-${port.replace(" . ", "-")}`;

/** With nftables: the chain of a class that has chains for ports, for what is about none of them. */
export const otherPortsChain = (id: string): string => `${classChain(id)}-rest`;

/** The class's own chain, of any of its chains; nothing for a chain that is no class's. */
export const classChainOf = (chain: string): string | undefined => /^SV-C-[a-z0-9]+/.exec(chain)?.[0];

/** And the one for what is about none of its ports. */
export const otherPortsChainOf = (chain: string): string => `${classChainOf(chain) ?? ""}-rest`;
