import { prefixOf } from "../bits.ts";
import { classicBpf } from "./bpf.ts";
import { type MemorySet, inSet } from "./ipset.ts";
import { type Packet, hopsOf, ipHeader } from "./packet.ts";
import type { Words } from "./words.ts";

/** Whether a packet meets one condition of a rule. */
export type Match = (packet: Packet) => boolean;

/** What a rule is read in: the table's family, the rule's protocol so far, and the sets that it may name. */
export interface RuleContext {
  readonly table: "mangle" | "filter";
  readonly width: number;
  protocol: string | undefined;
  /** Throws where there is no such set. */
  useSet(name: string): () => MemorySet;
}

/** A port match takes so many ports, ranges counting twice: XT_MULTI_PORTS. */
const MULTIPORT_PLACES = 15;
const MAX_COMMENT = 255;

function needsProtocol(context: RuleContext, match: string, ...allowed: string[]): void {
  if (!allowed.includes(context.protocol ?? "all"))
    throw new Error(`iptables: -m ${match} needs -p ${allowed[0]}`);
}

function portRange(text: string): (port: number) => boolean {
  const [first = Number.NaN, last = first] = text.split(":").map(Number);
  if (!(first >= 0 && first <= last && last <= 65_535)) throw new Error(`iptables: bad port range ${text}`);
  return (port) => port >= first && port <= last;
}

function dport(words: Words): Match {
  words.expect("--dport");
  const within = portRange(words.take());
  return ({ port }) => port !== undefined && within(port);
}

function multiport(words: Words): Match {
  words.expect("--dports");
  const ranges = words.take().split(",");
  const places = ranges.map((range) => (range.includes(":") ? 2 : 1)).reduce((a, b) => a + b, 0);
  if (places > MULTIPORT_PLACES) throw new Error(`iptables: too many ports specified: ${places}`);
  const within = ranges.map(portRange);
  return ({ port }) => port !== undefined && within.some((range) => range(port));
}

function tcp(words: Words): Match {
  if (words.peek() === "--dport") return dport(words);
  const isNegated = words.takeIf("!");
  words.expect("--tcp-flags");
  const [mask, wanted] = [words.take().split(","), words.take().split(",")];
  return ({ flags = [] }) => {
    const isMet = mask.every((flag) => flags.includes(flag) === wanted.includes(flag));
    return isMet !== isNegated;
  };
}

function set(words: Words, context: RuleContext): Match {
  const isNegated = words.takeIf("!");
  words.expect("--match-set");
  const [name, sides] = [words.take(), words.take()];
  const find = context.useSet(name);
  const { type, width } = find();
  if (width !== context.width) throw new Error(`iptables: set ${name} is of the other family`);
  if (sides.split(",").length !== type.split(",").length)
    throw new Error(`iptables: ${name} is no set for ${sides}`);
  return (packet) => inSet(find(), sides, packet) !== isNegated;
}

function conntrack(words: Words): Match {
  const isNegated = words.takeIf("!");
  words.expect("--ctstate");
  const states = words.take().split(",");
  return ({ state }) => states.includes(state) !== isNegated;
}

function bpf(words: Words): Match {
  words.expect("--bytecode");
  const run = classicBpf(words.take());
  return (packet) => run(ipHeader(packet));
}

function addrtype(words: Words): Match {
  const isNegated = words.takeIf("!");
  words.expect("--src-type");
  words.expect("LOCAL");
  return ({ hasLocalSource }) => hasLocalSource !== isNegated;
}

function comment(words: Words): Match {
  words.expect("--comment");
  if (Buffer.byteLength(words.take()) > MAX_COMMENT) throw new Error("iptables: comment too long");
  return () => true;
}

/** A limit may match or not: what follows from it must not decide a verdict. */
function limit(words: Words): Match {
  words.expect("--limit");
  words.take();
  words.expect("--limit-burst");
  words.take();
  return () => true;
}

function icmp6(words: Words): Match {
  words.expect("--icmpv6-type");
  const type = Number(words.take());
  return ({ icmpType }) => icmpType === type;
}

/** `ttl` and `hl`: the same of either family. */
function hops(name: "ttl" | "hl", words: Words, { width }: RuleContext): Match {
  if ((name === "ttl") !== (width === 32)) throw new Error(`iptables: -m ${name} is of the other family`);
  words.expect(`--${name}-eq`);
  const wanted = Number(words.take());
  return (packet) => hopsOf(packet) === wanted;
}

/** Reads what follows `-m <name>`. */
export function readMatch(name: string, words: Words, context: RuleContext): Match {
  switch (name) {
    case "comment":
      return comment(words);
    case "set":
      return set(words, context);
    case "conntrack":
      return conntrack(words);
    case "bpf":
      return bpf(words);
    case "addrtype":
      return addrtype(words);
    case "limit":
      return limit(words);
    case "ttl":
    case "hl":
      return hops(name, words, context);
    case "tcp":
      needsProtocol(context, name, "tcp");
      return tcp(words);
    case "udp":
    case "sctp":
      needsProtocol(context, name, name);
      return dport(words);
    case "multiport":
      needsProtocol(context, name, "tcp", "udp", "sctp");
      return multiport(words);
    case "icmp6":
      needsProtocol(context, name, "ipv6-icmp");
      return icmp6(words);
    default:
      throw new Error(`iptables: unknown match ${name}`);
  }
}

/** `-s` and `-d`. */
export function readAddress(side: "source" | "destination", words: Words, context: RuleContext): Match {
  const cidr = words.take();
  const { prefix, width } = prefixOf(cidr);
  if (width !== context.width) throw new Error(`iptables: ${cidr} is of the other family`);
  return (packet) => packet[side].startsWith(prefix);
}
