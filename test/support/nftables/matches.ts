import { prefixOf } from "../bits.ts";
import type { Packet } from "../netfilter/packet.ts";
import type { Words } from "../netfilter/words.ts";
import { type KeyField, fieldsOf, readKeyFields } from "./key-field.ts";
import { type Element, type NamedSet, findElement } from "./named-set.ts";

/** A table's sets and maps by name. */
export type Sets = ReadonlyMap<string, NamedSet>;

/** Whether a packet meets one condition of a rule, given what the sets hold. */
export type Match = (packet: Packet, sets: Sets) => boolean;

/** What a rule is read in: the table's family, its sets, and what the rule has said so far. */
export interface RuleContext {
  /** 32 or 128. */
  readonly width: number;
  readonly declared: Sets;
  protocol: string | undefined;
  /** The sets and maps that it names. */
  readonly named: Set<string>;
}

/** NFTNL_UDATA_COMMENT_MAXLEN. */
const MAX_COMMENT = 128;

const tcpFlags = new Set(["fin", "syn", "rst", "psh", "ack", "urg"]);
const protocols = new Set(["tcp", "udp", "sctp", "icmp", "ipv6-icmp", "gre"]);
const always: Match = () => true;

/** A rule speaks of one protocol: `nft` refuses another after it. */
export function useProtocol(context: RuleContext, protocol: string): Match {
  if (!protocols.has(protocol)) throw new Error(`nft: unknown protocol ${protocol}`);
  if (context.protocol !== undefined && context.protocol !== protocol)
    throw new Error(`nft: conflicting protocols specified: ${context.protocol} vs. ${protocol}`);
  context.protocol = protocol;
  return (packet) => packet.protocol === protocol;
}

/** `5`, `5-9` or `{ 1, 5-9 }`. */
function readNumbers(words: Words, most: number): (number: number) => boolean {
  const texts: string[] = [];
  if (words.takeIf("{")) {
    while (!words.takeIf("}")) texts.push(words.take().replace(/,$/, ""));
  } else texts.push(words.take());
  const ranges = texts.map((text) => {
    const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
    if (!(Number(first) <= Number(last) && Number(last) <= most)) throw new Error(`nft: bad range ${text}`);
    return [Number(first), Number(last)] as const;
  });
  const sorted = ranges.toSorted(([a], [b]) => a - b);
  if (sorted.some(([first], i) => first <= (sorted[i - 1]?.[1] ?? -1)))
    throw new Error(`nft: conflicting intervals specified: ${texts.join(", ")}`);
  return (number) => ranges.some(([first, last]) => first <= number && number <= last);
}

function readFlags(words: Words): Match {
  const isNegated = words.takeIf("!=");
  const wanted = words.take().split(",");
  words.expect("/");
  const mask = words.take().split(",");
  if (![...wanted, ...mask].every((flag) => tcpFlags.has(flag))) throw new Error("nft: unknown TCP flag");
  return ({ flags = [] }) =>
    mask.every((flag) => flags.includes(flag.toUpperCase()) === wanted.includes(flag)) !== isNegated;
}

/** What follows `tcp`, `udp`, `sctp` or `th`. */
function readTransport(name: string, words: Words, context: RuleContext): Match {
  const isOf = name === "th" ? always : useProtocol(context, name);
  if (name === "tcp" && words.takeIf("flags")) {
    const hasFlags = readFlags(words);
    return (packet, sets) => isOf(packet, sets) && hasFlags(packet, sets);
  }
  words.expect("dport");
  const within = readNumbers(words, 65_535);
  return (packet, sets) => isOf(packet, sets) && packet.port !== undefined && within(packet.port);
}

/** Looks the fields up in a set or map, which must be of their types. */
export function readLookup(
  words: Words,
  context: RuleContext,
  fields: readonly KeyField[],
  kind: NamedSet["kind"],
): (packet: Packet, sets: Sets) => Element | undefined {
  const name = words.take().replace(/^@/, "");
  const parts = fields.map(({ part }) => part).join(" . ");
  const declared = context.declared.get(name);
  if (declared?.kind !== kind || declared.parts.join(" . ") !== parts)
    throw new Error(`nft: no ${kind} ${name} of ${parts}`);
  context.named.add(name);
  return (packet, sets) => {
    const set = sets.get(name);
    if (set === undefined) throw new Error(`a rule names ${name}, which is gone`);
    const values = fieldsOf(fields, packet);
    return values && findElement(set, values);
  };
}

/** What follows fields: a block, or a set. */
function readComparison(words: Words, context: RuleContext, fields: readonly KeyField[]): Match {
  const isNegated = words.takeIf("!=");
  if (words.peek()?.startsWith("@") === true) {
    const find = readLookup(words, context, fields, "set");
    return (packet, sets) => (find(packet, sets) !== undefined) !== isNegated;
  }
  const [field] = fields;
  const block = words.take();
  const { prefix, width } = prefixOf(block.includes("/") ? block : `${block}/${context.width}`);
  if (field === undefined || fields.length > 1 || !field.part.endsWith("_addr") || width !== context.width)
    throw new Error(`nft: ${block} is not of this type`);
  return (packet) => field.of(packet)?.startsWith(prefix) !== isNegated;
}

function readIcmp6(words: Words, context: RuleContext): Match {
  if (context.width !== 128) throw new Error("nft: icmpv6 is of the other family");
  const isOf = useProtocol(context, "ipv6-icmp");
  words.expect("type");
  const within = readNumbers(words, 255);
  return (packet, sets) => isOf(packet, sets) && within(packet.icmpType ?? Number.NaN);
}

function readConntrack(words: Words): Match {
  words.expect("state");
  const isNegated = words.takeIf("!");
  const states = words.take().split(",");
  if (!states.every((state) => /^(?:new|established|related|invalid)$/.test(state)))
    throw new Error(`nft: unknown state in ${states.join(",")}`);
  return ({ state }) => states.includes(state.toLowerCase()) !== isNegated;
}

function readComment(words: Words): Match {
  if (Buffer.byteLength(words.take()) > MAX_COMMENT) throw new Error("nft: comment too long");
  if (words.peek() !== undefined) throw new Error("nft: a comment is a rule's last word");
  return always;
}

/** Reads one condition; `counter` and `comment` stand among them and are none. */
export function readMatch(words: Words, context: RuleContext): Match {
  const word = words.peek() ?? "";
  if (word === "ip" || word === "ip6")
    return readComparison(words, context, readKeyFields(words, context.width));
  words.take();
  switch (word) {
    case "meta":
      words.expect("l4proto");
      return useProtocol(context, words.take());
    case "tcp":
    case "udp":
    case "sctp":
    case "th":
      return readTransport(word, words, context);
    case "icmpv6":
      return readIcmp6(words, context);
    case "ct":
      return readConntrack(words);
    case "fib":
      for (const next of ["saddr", "type", "local"]) words.expect(next);
      return ({ hasLocalSource }) => hasLocalSource;
    case "iifname":
    case "oifname": {
      const link = words.take();
      return ({ bridge }) => bridge === link;
    }
    case "counter":
      return always;
    case "comment":
      return readComment(words);
    default:
      throw new Error(`nft: unknown word ${word}`);
  }
}
