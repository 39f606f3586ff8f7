import { type Family } from "../../core/address.ts";
import { coversFamily } from "../../core/address-set.ts";
import { isEqual } from "../../core/intervals.ts";
import type { ClassRule } from "../../core/node-program.ts";
import type { Peers } from "../../core/policy.ts";
import { type Traffic, allPorts, isAllTraffic, protocols } from "../../core/traffic.ts";
import type { SetTable } from "../set-table.ts";
import { header, peerOf } from "./words.ts";

/**
 * Where a rule names more ports than so many, they stand in a set. The kernel keeps each such set apart, and nft reads all of them
 * before it writes: with a set for each of 5,000 rules a write of 4 ms takes 28.
 */
const MOST_RULES = 4;

const portText = ([from, to]: readonly [number, number]): string =>
  to - from === 1 ? `${from}` : `${from}-${to - 1}`;

/** What a packet must be, in nft's words. */
export interface RuleMatch {
  /** The empty match lets everything through. */
  readonly match: string;
  /** Where that is about one port alone: that, as maps have it (`tcp . 443`), and what else the packet must be. */
  readonly atPort?: { readonly port: string; readonly match: string };
}

/** Traffic in nft's words; `port` where it is one alone. */
interface TrafficMatch {
  readonly match: string;
  readonly port?: string;
}

/**
 * The matches that together let exactly this traffic through. Ports come before their protocol: most rules that a packet meets are
 * for another port, and so end at one compare, not at two.
 */
function trafficMatches(traffic: Traffic): TrafficMatch[] {
  if (isAllTraffic(traffic)) return [{ match: "" }];
  return protocols.flatMap((protocol): TrafficMatch[] => {
    const ports = traffic[protocol];
    const name = protocol.toLowerCase();
    if (isEqual(ports, allPorts)) return [{ match: `meta l4proto ${name}` }];
    if (ports.length > MOST_RULES) return [{ match: `${name} dport { ${ports.map(portText).join(", ")} }` }];
    return ports.map(([from, to]) => ({
      match: portMatch(`${name} . ${portText([from, to])}`),
      ...(to - from === 1 && { port: `${name} . ${from}` }),
    }));
  });
}

/** A port as maps have it, `tcp . 443`, as a condition of a rule. */
export const portMatch = (port: string): string =>
  port.replace(/^(\w+) \. (\S+)$/, "th dport $2 meta l4proto $1");

/** The sets of these peers in one family; nothing where everybody is one. */
function peerSets(peers: Peers, family: Family, sets: SetTable): readonly string[] | undefined {
  if (peers.kind === "any" || coversFamily(peers.addresses, family)) return undefined;
  const names = peers.groups.map((id) => sets.group(id));
  return peers.addresses[family].length === 0 ? names : [...names, sets.blocks(peers.addresses)];
}

/** Egress to named ports: address and port are looked up together, as each destination gives the name its own number. */
function namedMatches({ peers, named }: ClassRule, family: Family, sets: SetTable): string[] {
  const daddr = `${header[family]} daddr`;
  const at = (set: string): string => `${daddr} . meta l4proto . th dport @${set}`;
  return named.flatMap((port) => {
    if (peers.kind === "any" || coversFamily(peers.addresses, family))
      return [at(sets.namedPortAnywhere(port))];
    const inGroups = peers.groups.map((id) => at(sets.namedPort(id, port)));
    if (peers.addresses[family].length === 0) return inGroups;
    return [...inGroups, `${at(sets.namedPortAnywhere(port))} ${daddr} @${sets.blocks(peers.addresses)}`];
  });
}

/** One rule's matches in one family: protocol and port first, since they cost least; sets last. */
export function ruleMatches(rule: ClassRule, family: Family, sets: SetTable): RuleMatch[] {
  const traffic = trafficMatches(rule.ports);
  const names = traffic.length === 0 ? [] : peerSets(rule.peers, family, sets);
  const peers = names?.map((name) => `${peerOf(family, rule.id.direction)} @${name}`) ?? [""];
  const numbered = traffic.flatMap(({ match, port }) =>
    peers.map((peer) => ({
      match: `${match} ${peer}`.trim(),
      ...(port !== undefined && { atPort: { port, match: peer } }),
    })),
  );
  return [...numbered, ...namedMatches(rule, family, sets).map((match) => ({ match }))];
}
