import { type Bits, bitsOf, prefixOf } from "../bits.ts";
import type { Target } from "../netfilter/rule.ts";

/** The types of a key's parts, as `nft` names them. */
export type KeyPart = "ipv4_addr" | "ipv6_addr" | "inet_proto" | "inet_service";

/** A named set or verdict map of one table. */
export interface NamedSet {
  readonly name: string;
  readonly kind: "set" | "map";
  readonly parts: readonly KeyPart[];
  readonly isInterval: boolean;
  /** How many elements it may have; `Infinity` where it was not told. */
  readonly room: number;
  /** By what they match: two that match the same have the same key. */
  readonly elements: ReadonlyMap<string, Element>;
}

export interface Element {
  readonly text: string;
  /** First and last address; only where the set has intervals. */
  readonly range?: readonly [Bits, Bits];
  /** Only in a map. */
  readonly target?: Target;
}

/** NFTNL_UDATA_COMMENT_MAXLEN. */
const MAX_COMMENT = 128;

const keyParts = new Set<string>(["ipv4_addr", "ipv6_addr", "inet_proto", "inet_service"]);
/** Some are declared by what they are compared with (`set-form.ts`). */
const typeofs: ReadonlyMap<string, string> = new Map([
  ["typeof ip saddr", "type ipv4_addr"],
  ["typeof ip6 saddr", "type ipv6_addr"],
  ["typeof ip daddr . meta l4proto . th dport", "type ipv4_addr . inet_proto . inet_service"],
  ["typeof ip6 daddr . meta l4proto . th dport", "type ipv6_addr . inet_proto . inet_service"],
]);
const addressWidth: Readonly<Record<string, number>> = { ipv4_addr: 32, ipv6_addr: 128 };

/** What stands between the braces of a declaration: `type ipv4_addr . inet_proto; flags interval;`. */
export function declareSet(name: string, kind: NamedSet["kind"], body: string): NamedSet {
  const words = body.split(/[;\n]/).map((part) => part.trim());
  const statements = words.filter((part) => part !== "");
  const [declared = "", ...options] = statements;
  const sizes = options.flatMap((option) => /^size ([1-9]\d*)$/.exec(option)?.[1] ?? []);
  const others = options.filter((option) => !/^size [1-9]\d*$/.test(option));
  const type = declared.replace(/^typeof [^:]*[^: ]/, (words) => typeofs.get(words) ?? words);
  const [, keys = "", value] = /^type (.*?)(?: : (\w+))?$/.exec(type) ?? [];
  const parts = keys.split(" . ");
  const isInterval = others.length === 1 && others[0] === "flags interval";
  if (!parts.every((part) => keyParts.has(part)) || (others.length > 0 && !isInterval))
    throw new Error(`nft: unknown declaration of ${name}: ${body}`);
  if ((kind === "map") !== (value === "verdict") || (isInterval && parts.length > 1))
    throw new Error(`nft: no such ${kind}: ${body}`);
  if (sizes.length > 1) throw new Error(`nft: you cannot set size twice: ${body}`);
  const room = Number(sizes[0] ?? Infinity);
  return { name, kind, parts: parts as KeyPart[], isInterval, room, elements: new Map() };
}

/** As it is printed: by what it was declared with. */
export function typeText({ kind, parts, isInterval, room }: NamedSet): readonly string[] {
  const type = `type ${parts.join(" . ")}`;
  // Of sets only those of one address are.
  const isCompared = kind === "map" || parts.length === 1;
  const [declared = type] = [...typeofs].find(([, same]) => isCompared && same === type) ?? [];
  const line = `${declared}${kind === "map" ? " : verdict" : ""}`;
  const size = room === Infinity ? [] : [`size ${room}`];
  return [line, ...size, ...(isInterval ? ["flags interval"] : [])];
}

export const sameDeclaration = (one: NamedSet, other: NamedSet): boolean =>
  one.kind === other.kind && typeText(one).join() === typeText(other).join();

function partKey(part: KeyPart, text: string): string {
  if (part === "inet_proto") {
    if (!/^(?:tcp|udp|sctp)$/.test(text)) throw new Error(`nft: unknown protocol ${text}`);
    return text;
  }
  if (part === "inet_service") {
    if (!/^\d{1,5}$/.test(text) || Number(text) > 65_535) throw new Error(`nft: bad port ${text}`);
    return `${Number(text)}`;
  }
  const bits = bitsOf(text);
  if (bits.length !== addressWidth[part]) throw new Error(`nft: ${text} is of the other family`);
  return bits;
}

function readTarget(text: string): Target {
  const [, verb = "", chain = ""] = /^(?:(jump|goto) (\S+)|accept|drop|return)$/.exec(text) ?? [];
  if (verb !== "") return { kind: verb as "jump" | "goto", chain };
  if (!/^(?:accept|drop|return)$/.test(text)) throw new Error(`nft: unknown verdict ${text}`);
  return { kind: text as "accept" | "drop" | "return" };
}

function readRange(text: string, part: KeyPart): readonly [Bits, Bits] {
  const width = addressWidth[part] ?? 0;
  const { prefix, width: own } = prefixOf(text.includes("/") ? text : `${text}/${width}`);
  if (own !== width) throw new Error(`nft: ${text} is of the other family`);
  return [prefix.padEnd(width, "0"), prefix.padEnd(width, "1")];
}

/** Reads one element, and its key. */
export function readElement(set: NamedSet, text: string): readonly [key: string, element: Element] {
  const bare = text.replace(/ comment "([^"]*)"$/, (_, comment: string) => {
    if (Buffer.byteLength(comment) > MAX_COMMENT) throw new Error(`nft: comment too long: ${text}`);
    return "";
  });
  const [keyText = "", verdict] = bare.split(" : ");
  if ((verdict !== undefined) !== (set.kind === "map"))
    throw new Error(`nft: ${text} is not for ${set.name}`);
  const fields = keyText.split(" . ");
  const [part = "ipv4_addr"] = set.parts;
  if (fields.length !== set.parts.length) throw new Error(`nft: ${text} is not of ${set.name}'s type`);
  if (set.isInterval) {
    const range = readRange(keyText, part);
    return [range.join("-"), { text, range }];
  }
  const key = fields.map((field, i) => partKey(set.parts[i] ?? part, field)).join(" . ");
  return [key, verdict === undefined ? { text } : { text, target: readTarget(verdict) }];
}

/** The key of an element that is to be deleted, whose verdict need not be told. */
export function elementKey(set: NamedSet, text: string): string {
  const hasVerdict = text.includes(" : ");
  return readElement(set, set.kind === "map" && !hasVerdict ? `${text} : drop` : text)[0];
}

/** The element that matches these fields of a packet, one for each part. */
export function findElement(
  { isInterval, elements }: NamedSet,
  fields: readonly string[],
): Element | undefined {
  if (!isInterval) return elements.get(fields.join(" . "));
  const [bits = ""] = fields;
  return elements.values().find(({ range: [first, last] = ["", ""] }) => first <= bits && bits <= last);
}

/** Whether a set of intervals has one that shares an address with this. */
export const overlaps = ({ elements }: NamedSet, { range }: Element): boolean =>
  range !== undefined &&
  elements.values().some(({ range: [first, last] = ["", ""] }) => first <= range[1] && range[0] <= last);
