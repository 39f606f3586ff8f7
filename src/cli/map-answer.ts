import { type MapEntry, formatTraffic, mapEntry } from "../analysis/connectivity-map.ts";
import { type MapGroup, blockGroup, isBlock } from "../analysis/map/map-end.ts";
import { type MapOnly, type MapPort, isShown } from "../analysis/map/map-filter.ts";
import { type MapPair, mapPairs } from "../analysis/map/map-pairs.ts";
import { type Reacher, reacher } from "../analysis/map/map-reach.ts";
import { isNoTraffic } from "../core/traffic.ts";
import { findEnd } from "../library/ends.ts";
import { parseEnd } from "../library/end-spec.ts";
import { type MapGroups, groupsNamed, mapGroups } from "../library/map-groups.ts";
import { parsePort } from "../library/port-spec.ts";
import { programWith } from "../library/program-with.ts";
import { UsageError } from "./exit-codes.ts";
import type { Loaded } from "./load-source.ts";
import { progress } from "./progress.ts";

/** Which part of the map is asked for, as the user said it. */
export interface MapQuestion {
  readonly from?: readonly string[];
  readonly to?: readonly string[];
  readonly port?: string;
  readonly only: MapOnly;
}

/** The pairs that were asked for, and all that they were looked for among. */
export interface MapAnswer {
  readonly sources: readonly MapGroup[];
  readonly destinations: readonly MapGroup[];
  readonly pairs: readonly MapPair[];
  /** Pairs that were looked at, without those with an end outside. */
  readonly inside: number;
  /** Who judged them. */
  readonly reacher: Reacher;
}

function named(texts: readonly string[] | undefined, groups: MapGroups, loaded: Loaded): MapGroup[] {
  if (texts === undefined) return [...groups.inside, ...groups.outside.map(blockGroup)];
  const found = texts.flatMap((text) => {
    const spec = parseEnd(text, loaded.namespace);
    if (spec.kind === "bad") throw new UsageError(spec.message);
    const end = findEnd(spec, loaded.cluster, loaded.program);
    if (end.kind === "bad") throw new UsageError(end.message);
    const ends = groupsNamed(spec, end, groups, loaded.cluster);
    if (ends.length === 0) throw new UsageError(`${text}: nobody is behind it`);
    return ends;
  });
  return [...new Map(found.map((group) => [group.name, group])).values()];
}

function portOf(text: string | undefined): MapPort | undefined {
  if (text === undefined) return undefined;
  const port = parsePort(text);
  switch (port.kind) {
    case "bad":
      throw new UsageError(port.message);
    case "other":
      return { protocol: "other" };
    case "number":
      return { protocol: port.protocol, port: port.port };
    case "name":
      return { protocol: port.protocol, name: port.name };
  }
}

/** Judges every pair that is asked for. Throws UsageError where an end or port is none. */
export function answerMap(loaded: Loaded, { from, to, port, only }: MapQuestion): MapAnswer {
  const groups = mapGroups(loaded.cluster, loaded.program);
  const sources = named(from, groups, loaded);
  const destinations = named(to, groups, loaded);
  const asked = portOf(port);
  const parties = [...sources, ...destinations].flatMap((group) => group.parties);
  const program = programWith(loaded.program, loaded.cluster, parties);
  const judged = reacher(program);
  const pairs: MapPair[] = [];
  const shown = progress("selvedge map");
  let [done, inside] = [0, 0];
  for (const row of mapPairs(judged, sources, destinations)) {
    for (const pair of row) {
      if (!isBlock(pair.from) && !isBlock(pair.to)) inside += 1;
      if (isShown(pair, only, asked)) pairs.push(pair);
    }
    done += 1;
    shown.at(done, sources.length);
  }
  shown.end();
  return { sources, destinations, pairs, inside, reacher: judged };
}

/** The entries of an answer; what only depends is told where more than what is allowed was asked for. */
export const entriesOf = ({ pairs }: MapAnswer, only: MapOnly): MapEntry[] =>
  pairs.map((pair) => {
    const { depends } = pair.reach;
    const isTold = only !== "allowed" && !isNoTraffic(depends);
    return { ...mapEntry(pair), ...(isTold && { depends: formatTraffic(depends) }) };
  });
