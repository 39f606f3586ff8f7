import type { Packet } from "../netfilter/packet.ts";
import type { Target } from "../netfilter/rule.ts";
import type { Words } from "../netfilter/words.ts";
import { readKeyFields } from "./key-field.ts";
import { type Match, type RuleContext, type Sets, readLookup, useProtocol } from "./matches.ts";

/** How a rule ends: what it wants with a packet that met its conditions; a map may want nothing. */
export interface Verdict {
  /** The chain that it leads to by itself, not by a map. */
  readonly leadsTo?: string;
  /** The map that decides. */
  readonly map?: string;
  /** What the verdict asks of a packet by itself. */
  readonly matches?: Match;
  readonly of: (packet: Packet, sets: Sets) => Target | undefined;
}

/** NF_LOG_PREFIXLEN less the terminator. */
const MAX_LOG_PREFIX = 127;

const always = (target: Target): Verdict => ({ of: () => target });

/** `limit rate 10/second burst 20 packets log prefix "..." group 86`: seen or not, the packet goes on. */
function readLog(words: Words): Verdict {
  if (words.takeIf("limit")) {
    words.expect("rate");
    if (!/^\d+\/second$/.test(words.take())) throw new Error("nft: unknown rate");
    words.expect("burst");
    words.take();
    words.expect("packets");
  }
  words.expect("log");
  words.expect("prefix");
  if (Buffer.byteLength(words.take()) > MAX_LOG_PREFIX) throw new Error("nft: log prefix too long");
  words.expect("group");
  words.take();
  return always({ kind: "log" });
}

/** Without `with`, by ICMP: the port is unreachable. */
function readReject(words: Words, context: RuleContext): Verdict {
  const refused = always({ kind: "reject" });
  if (!words.takeIf("with")) return refused;
  words.expect("tcp");
  words.expect("reset");
  return { ...refused, matches: useProtocol(context, "tcp") };
}

/** Reads a verdict, where one comes next. */
export function readVerdict(words: Words, context: RuleContext): Verdict | undefined {
  const word = words.peek() ?? "";
  switch (word) {
    case "limit":
    case "log":
      return readLog(words);
    case "reject":
      words.take();
      return readReject(words, context);
    case "accept":
    case "drop":
    case "return":
      words.take();
      return always({ kind: word });
    case "jump":
    case "goto": {
      words.take();
      const chain = words.take();
      return { ...always({ kind: word, chain }), leadsTo: chain };
    }
    default:
      return undefined;
  }
}

/** Reads `ip daddr vmap @m`. */
export function readMapVerdict(words: Words, context: RuleContext): Verdict {
  const fields = readKeyFields(words, context.width);
  words.expect("vmap");
  const map = (words.peek() ?? "").replace(/^@/, "");
  const find = readLookup(words, context, fields, "map");
  return { map, of: (packet, sets) => find(packet, sets)?.target };
}
