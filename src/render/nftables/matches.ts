import { type Family } from "../../core/address.ts";
import { coversFamily } from "../../core/address-set.ts";
import { type IntervalSet, isEqual } from "../../core/intervals.ts";
import type { ClassRule } from "../../core/node-program.ts";
import type { Peers } from "../../core/policy.ts";
import { type Traffic, allPorts, isAllTraffic, protocols } from "../../core/traffic.ts";
import type { SetTable } from "../set-table.ts";
import { header, peerOf } from "./words.ts";

function portsText(ports: IntervalSet<number>): string {
  const ranges = ports.map(([from, to]) => (to - from === 1 ? `${from}` : `${from}-${to - 1}`));
  return ranges.length === 1 ? `${ranges[0]}` : `{ ${ranges.join(", ")} }`;
}

/** The matches that together let exactly this traffic through; the empty match lets everything through. */
function trafficMatches(traffic: Traffic): string[] {
  if (isAllTraffic(traffic)) return [""];
  return protocols.flatMap((protocol) => {
    const ports = traffic[protocol];
    const name = protocol.toLowerCase();
    if (ports.length === 0) return [];
    return [isEqual(ports, allPorts) ? `meta l4proto ${name}` : `${name} dport ${portsText(ports)}`];
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
