import { type Family, families } from "../core/address.ts";
import { judge } from "../core/evaluate.ts";
import type { Program } from "../core/program.ts";
import {
  type Traffic,
  equalTraffic,
  formatPorts,
  isNoTraffic,
  noTraffic,
  unionTraffic,
} from "../core/traffic.ts";
import { type Party, destinationOf } from "./party.ts";

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
  readonly from: { readonly pod: string };
  readonly to: { readonly pod: string };
  /** What passes for sure, over at least one family. */
  readonly allowed: AllowedTraffic;
  /** Present only where the families differ (an ipBlock speaks of one of them). */
  readonly byFamily?: Readonly<Record<Family, AllowedTraffic>>;
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

const byName = (a: Party, b: Party): number => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

function mapEntry(program: Program, from: Party, to: Party): MapEntry[] {
  const destination = destinationOf(from, to);
  const certain = families.map((family) => judge(program, from.end, destination, family).certain);
  const allowed = certain.reduce(unionTraffic);
  if (isNoTraffic(allowed)) return [];
  const [IPv4 = noTraffic, IPv6 = noTraffic] = certain;
  const entry = { from: { pod: from.name }, to: { pod: to.name }, allowed: formatTraffic(allowed) };
  if (equalTraffic(IPv4, IPv6)) return [entry];
  return [{ ...entry, byFamily: { IPv4: formatTraffic(IPv4), IPv6: formatTraffic(IPv6) } }];
}

/** Who reaches whom on what, for every ordered pair, itself included: exact, and never a yes that is only a maybe. */
export function connectivityMap(program: Program, parties: readonly Party[]): ConnectivityMap {
  const sorted = [...parties].sort(byName);
  const entries = sorted.flatMap((from) => sorted.flatMap((to) => mapEntry(program, from, to)));
  return { apiVersion: "selvedge.dev/v1alpha1", kind: "ConnectivityMap", entries };
}
