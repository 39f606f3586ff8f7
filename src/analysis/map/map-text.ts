import type { ConnectivityMap } from "../connectivity-map.ts";
import type { Paint } from "../finding/paint.ts";
import type { MapEnd } from "./map-end.ts";
import { mapRows } from "./map-rows.ts";
import { wrap } from "../finding/wrap.ts";
import { wrappedColumns } from "./wrapped-columns.ts";

/** All of it is at most this wide. */
const WIDTH = 100;

/** What a map is about, beside its entries. */
export interface MapExtent {
  /** Every end that was looked at, sources and destinations. */
  readonly ends: readonly MapEnd[];
  /** How many pairs were looked at that are no block outside. */
  readonly pairs: number;
  /** What pairs are shown for: `can talk`. */
  readonly shown: string;
}

/** `17 of 36 pairs can talk`: pods and workloads; what lies outside is not counted, since it has no number. */
export function countText({ entries }: ConnectivityMap, { pairs, shown }: MapExtent): string {
  const inside = entries.filter(({ from, to }) => from.cidr === undefined && to.cidr === undefined).length;
  const outside = entries.length - inside;
  const more = outside === 0 ? "" : `; world is every address outside that no pod and no node has`;
  return `${inside} of ${pairs} pairs of pods and workloads ${shown}, each with itself included${more}.`;
}

/** What is counted, where there is something to count. */
const footLines = (map: ConnectivityMap, extent: MapExtent): string[] =>
  extent.pairs === 0 ? [] : ["", ...wrap(countText(map, extent), WIDTH)];

/** The map as a table, each source named once. */
export function mapText(map: ConnectivityMap, extent: MapExtent, paint: Paint): string {
  let last = "";
  const rows = mapRows(map, extent.ends).map(({ from, to, traffic }) => {
    const named = from === last ? "" : from;
    last = from;
    return [named, to, traffic];
  });
  const [heading = "", ...lines] = wrappedColumns([["FROM", "TO", "ALLOWED"], ...rows], WIDTH).split("\n");
  return [paint.strong(heading), ...lines, ...footLines(map, extent), ""].join("\n");
}
