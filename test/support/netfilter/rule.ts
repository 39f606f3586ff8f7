import { type Match, type RuleContext, readAddress, readMatch } from "./matches.ts";
import type { MemorySet } from "./ipset.ts";
import type { Packet } from "./packet.ts";
import type { MemoryTable } from "./table.ts";
import { Words } from "./words.ts";

export type Target =
  | { readonly kind: "jump" | "goto"; readonly chain: string }
  /** What is left of a packet's time to live. */
  | { readonly kind: "hops"; readonly value: number }
  | { readonly kind: "return" | "accept" | "drop" | "reject" | "log" };

export interface MemoryRule {
  /** The target, where the packet meets all conditions. */
  targetOf(packet: Packet): Target | undefined;
  readonly target: Target;
  readonly sets: ReadonlySet<string>;
  /** The rule as `iptables-save` prints it: addresses and protocol first, whatever the order in which it was written. */
  readonly text: string;
}

const protocols = new Set(["tcp", "udp", "sctp", "icmp", "ipv6-icmp"]);
const MAX_NFLOG_PREFIX = 63;

/** How a family says that nobody listens. */
const UNREACHABLE: Readonly<Record<number, string>> = {
  32: "icmp-port-unreachable",
  128: "icmp6-port-unreachable",
};

function readRejection(words: Words, { width, protocol, table }: RuleContext): Target {
  words.expect("--reject-with");
  const answer = words.take();
  if (table !== "filter") throw new Error("iptables: REJECT is of table filter only");
  if (answer !== (protocol === "tcp" ? "tcp-reset" : UNREACHABLE[width]))
    throw new Error(`iptables: REJECT --reject-with ${answer} is not for this`);
  return { kind: "reject" };
}

function readTarget(option: string, words: Words, context: RuleContext): Target {
  const name = words.take();
  if (option === "-g") return { kind: "goto", chain: name };
  switch (name) {
    case "RETURN":
      return { kind: "return" };
    case "ACCEPT":
      return { kind: "accept" };
    case "DROP":
      return { kind: "drop" };
    case "REJECT":
      return readRejection(words, context);
    case "TTL":
    case "HL":
      if (context.table !== "mangle") throw new Error(`iptables: ${name} is of table mangle only`);
      if ((name === "TTL") !== (context.width === 32))
        throw new Error(`iptables: ${name} is of the other family`);
      words.expect(name === "TTL" ? "--ttl-set" : "--hl-set");
      return { kind: "hops", value: Number(words.take()) };
    case "NFLOG":
      words.expect("--nflog-group");
      words.take();
      words.expect("--nflog-prefix");
      if (words.take().length > MAX_NFLOG_PREFIX) throw new Error("iptables: NFLOG prefix too long");
      return { kind: "log" };
    default:
      return { kind: "jump", chain: name };
  }
}

const quoted = (word: string): string => (/[\s"#']/.test(word) || word === "" ? `"${word}"` : word);

/** Reads one rule, what follows `-A <chain>`; throws on whatever it does not know. */
export function readRule(
  text: string,
  { width, name: table }: Pick<MemoryTable, "width" | "name">,
  sets: ReadonlyMap<string, MemorySet>,
): MemoryRule {
  const words = new Words(text);
  const matches: Match[] = [];
  const named = new Set<string>();
  const first = new Map<string, string>();
  const context: RuleContext = {
    table,
    width,
    protocol: undefined,
    useSet: (name) => {
      if (!sets.has(name)) throw new Error(`iptables: set ${name} doesn't exist`);
      named.add(name);
      return () => {
        const found = sets.get(name);
        if (found === undefined) throw new Error(`a rule names ${name}, which is gone`);
        return found;
      };
    },
  };
  let target: Target | undefined;
  while (words.peek() !== undefined && target === undefined) {
    const option = words.take();
    switch (option) {
      case "-p": {
        const protocol = words.take();
        if (!protocols.has(protocol)) throw new Error(`iptables: unknown protocol ${protocol}`);
        context.protocol = protocol;
        first.set(option, protocol);
        matches.push((packet) => packet.protocol === protocol);
        break;
      }
      case "-s":
      case "-d":
        first.set(option, words.peek() ?? "");
        matches.push(readAddress(option === "-s" ? "source" : "destination", words, context));
        break;
      case "!": {
        words.expect("-d");
        const match = readAddress("destination", words, context);
        matches.push((packet) => !match(packet));
        break;
      }
      case "-i":
      case "-o": {
        const link = words.take();
        matches.push(({ bridge }) => bridge === link);
        break;
      }
      case "-m":
        matches.push(readMatch(words.take(), words, context));
        break;
      case "-j":
      case "-g":
        target = readTarget(option, words, context);
        break;
      default:
        throw new Error(`iptables: unknown option ${option}`);
    }
  }
  if (target === undefined || words.peek() !== undefined)
    throw new Error(`iptables: no target, or more after it: ${text}`);
  const found = target;
  return {
    targetOf: (packet) => (matches.every((match) => match(packet)) ? found : undefined),
    target,
    sets: named,
    text: asSaved(text, first),
  };
}

function asSaved(text: string, first: ReadonlyMap<string, string>): string {
  const head = ["-s", "-d", "-p"].flatMap((option) =>
    first.has(option) ? [option, first.get(option) ?? ""] : [],
  );
  const words = new Words(text);
  const rest: string[] = [];
  while (words.peek() !== undefined) {
    const word = words.take();
    if (first.has(word) && words.peek() === first.get(word)) words.take();
    else rest.push(quoted(word));
  }
  return [...head, ...rest].join(" ");
}
