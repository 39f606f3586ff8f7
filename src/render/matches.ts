import type { Family } from "../core/address.ts";
import { coversFamily } from "../core/address-set.ts";
import type { ClassRule } from "../core/node-program.ts";
import type { Direction, Peers } from "../core/policy.ts";
import { type Traffic, allPorts, isAllTraffic, protocols } from "../core/traffic.ts";
import { type IntervalSet, isEqual } from "../core/intervals.ts";
import type { SetTable } from "./set-table.ts";

/** How many ports one `multiport` takes; a range takes two places (iptables-extensions, multiport). */
const MULTIPORT_PLACES = 15;

const places = (ports: string): number => (ports.includes(":") ? 2 : 1);

function chunkPorts(ports: IntervalSet<number>): string[][] {
  const chunks: string[][] = [];
  let used = MULTIPORT_PLACES;
  for (const [from, to] of ports) {
    const text = to - from === 1 ? `${from}` : `${from}:${to - 1}`;
    used += places(text);
    if (used > MULTIPORT_PLACES) {
      chunks.push([]);
      used = places(text);
    }
    chunks.at(-1)?.push(text);
  }
  return chunks;
}

/** The matches that together let exactly this traffic through; the empty match lets everything through. */
export function trafficMatches(traffic: Traffic): string[] {
  if (isAllTraffic(traffic)) return [""];
  return protocols.flatMap((protocol) => {
    const ports = traffic[protocol];
    const name = protocol.toLowerCase();
    if (isEqual(ports, allPorts)) return [`-p ${name}`];
    return chunkPorts(ports).map((chunk) =>
      chunk.length === 1
        ? `-p ${name} -m ${name} --dport ${chunk[0]}`
        : `-p ${name} -m multiport --dports ${chunk.join(",")}`,
    );
  });
}

/** The matches that together let exactly these peers through, in one family. */
function peerMatches(peers: Peers, family: Family, side: "src" | "dst", sets: SetTable): string[] {
  if (peers.kind === "any" || coversFamily(peers.addresses, family)) return [""];
  const names = peers.groups.map((id) => sets.group(id));
  if (peers.addresses[family].length > 0) names.push(sets.blocks(peers.addresses));
  return names.map((name) => `-m set --match-set ${name} ${side}`);
}

/** Egress to named ports: address and port are looked up together, as each destination gives the name its own number. */
function namedMatches({ peers, named }: ClassRule, family: Family, sets: SetTable): string[] {
  return named.flatMap((port) => {
    const match = (set: string): string =>
      `-p ${port.protocol.toLowerCase()} -m set --match-set ${set} dst,dst`;
    if (peers.kind === "any" || coversFamily(peers.addresses, family))
      return [match(sets.namedPortAnywhere(port))];
    const inGroups = peers.groups.map((id) => match(sets.namedPort(id, port)));
    if (peers.addresses[family].length === 0) return inGroups;
    const inBlocks = `${match(sets.namedPortAnywhere(port))} -m set --match-set ${sets.blocks(peers.addresses)} dst`;
    return [...inGroups, inBlocks];
  });
}

const join = (...parts: readonly string[]): string => parts.filter((part) => part !== "").join(" ");

/** One rule's matches in one family: protocol and port first, since they cost least; sets last. */
export function ruleMatches(rule: ClassRule, direction: Direction, family: Family, sets: SetTable): string[] {
  const traffic = trafficMatches(rule.ports);
  const peers =
    traffic.length === 0
      ? []
      : peerMatches(rule.peers, family, direction === "ingress" ? "src" : "dst", sets);
  const numbered = traffic.flatMap((ports) => peers.map((peer) => join(ports, peer)));
  return [...numbered, ...namedMatches(rule, family, sets)];
}
