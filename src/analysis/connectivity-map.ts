import type { Family } from "../core/address.ts";
import type { Program } from "../core/program.ts";
import { type Traffic, equalTraffic, formatPorts, isNoTraffic, noTraffic } from "../core/traffic.ts";
import { type MapEnd, blockGroup, groupOf } from "./map/map-end.ts";
import { type MapPair, mapPairs } from "./map/map-pairs.ts";
import { reacher } from "./map/map-reach.ts";
import type { WorldBlock } from "./map/world-blocks.ts";
import type { Party } from "./party.ts";

/** Ports as text, `80,8000-8080`; all of a protocol is `1-65535`, none is empty. */
export interface AllowedTraffic {
  readonly TCP: string;
  readonly UDP: string;
  readonly SCTP: string;
  /** Every other protocol, ICMP for one. */
  readonly other: boolean;
}

/** What passes from one end to another. */
export interface MapEntry {
  readonly from: MapEnd;
  readonly to: MapEnd;
  /** What passes for sure between any two of their pods, over at least one family. */
  readonly allowed: AllowedTraffic;
  /** Present only where the families differ (an ipBlock speaks of one of them). */
  readonly byFamily?: Readonly<Record<Family, AllowedTraffic>>;
  /** Present only where pods of one workload differ: what passes for sure between some two of them. */
  readonly allowedForSome?: AllowedTraffic;
  /** What may pass or not, by what nobody knows yet or Kubernetes leaves open. Only where that is asked for. */
  readonly depends?: AllowedTraffic;
}

/** Versioned; entries are sorted, and a pair of which nothing is known to pass has none. */
export interface ConnectivityMap {
  readonly apiVersion: "selvedge.dev/v1alpha1";
  readonly kind: "ConnectivityMap";
  readonly entries: readonly MapEntry[];
}

export const formatTraffic = ({ TCP, UDP, SCTP, other }: Traffic): AllowedTraffic => ({
  TCP: formatPorts(TCP),
  UDP: formatPorts(UDP),
  SCTP: formatPorts(SCTP),
  other,
});

/** One pair as an entry, without what only depends. */
export function mapEntry({ from, to, reach }: MapPair): MapEntry {
  const { IPv4 = noTraffic, IPv6 = noTraffic } = reach.byFamily;
  const isOneFamily = reach.byFamily.IPv4 === undefined || reach.byFamily.IPv6 === undefined;
  return {
    from: from.end,
    to: to.end,
    allowed: formatTraffic(reach.all),
    ...(!isOneFamily &&
      !equalTraffic(IPv4, IPv6) && { byFamily: { IPv4: formatTraffic(IPv4), IPv6: formatTraffic(IPv6) } }),
    ...(!equalTraffic(reach.all, reach.some) && { allowedForSome: formatTraffic(reach.some) }),
  };
}

/** The entries, with their heading. */
export const mapOf = (entries: readonly MapEntry[]): ConnectivityMap => ({
  apiVersion: "selvedge.dev/v1alpha1",
  kind: "ConnectivityMap",
  entries,
});

/**
 * Who reaches whom on what, for every ordered pair, itself included: exact, and never a yes that is only a maybe. `outside`
 * are the blocks beyond the cluster that are ends, too (`worldBlocks`); two of them are no pair.
 */
export function connectivityMap(
  program: Program,
  parties: readonly Party[],
  outside: readonly WorldBlock[] = [],
): ConnectivityMap {
  const groups = [...parties.map(groupOf), ...outside.map(blockGroup)];
  const pairs = [...mapPairs(reacher(program), groups, groups)].flat();
  return mapOf(pairs.filter(({ reach }) => !isNoTraffic(reach.some)).map(mapEntry));
}
