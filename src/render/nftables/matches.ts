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

/**
 * The matches that together let exactly this traffic through; the empty match lets everything through. Ports come before their
 * protocol: most rules that a packet meets are for another port, and so end at one compare, not at two.
 */
function trafficMatches(traffic: Traffic): string[] {
  if (isAllTraffic(traffic)) return [""];
  return protocols.flatMap((protocol) => {
    const ports = traffic[protocol];
    const name = protocol.toLowerCase();
    if (isEqual(ports, allPorts)) return [`meta l4proto ${name}`];
    if (ports.length > MOST_RULES) return [`${name} dport { ${ports.map(portText).join(", ")} }`];
    return ports.map((port) => `th dport ${portText(port)} meta l4proto ${name}`);
  });
}

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
export function ruleMatches(rule: ClassRule, family: Family, sets: SetTable): string[] {
  const traffic = trafficMatches(rule.ports);
  const names = traffic.length === 0 ? [] : peerSets(rule.peers, family, sets);
  const peers = names?.map((name) => `${peerOf(family, rule.id.direction)} @${name}`) ?? [""];
  const numbered = traffic.flatMap((ports) => peers.map((peer) => `${ports} ${peer}`.trim()));
  return [...numbered, ...namedMatches(rule, family, sets)];
}
