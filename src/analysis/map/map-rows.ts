import type { ConnectivityMap, MapEntry } from "../connectivity-map.ts";
import { trafficText } from "../traffic-text.ts";
import { type MapEnd, endName } from "./map-end.ts";

/** One line of a table for people. */
export interface MapRow {
  readonly from: string;
  readonly to: string;
  readonly traffic: string;
}

/** What an entry says, in words. */
export function entryText({ allowed, byFamily, allowedForSome, depends }: MapEntry): string {
  const all =
    byFamily === undefined
      ? trafficText(allowed)
      : `IPv4: ${trafficText(byFamily.IPv4)} | IPv6: ${trafficText(byFamily.IPv6)}`;
  const parts = [
    ...(allowedForSome === undefined ? [all] : [`${all} (some of its pods: ${trafficText(allowedForSome)})`]),
    ...(depends === undefined ? [] : [`depends: ${trafficText(depends)}`]),
  ];
  return parts.join(" | ");
}

type Block = Extract<MapEnd, { cidr: string }>;

const SHOWN = 3;

function exceptText(except: readonly string[]): string {
  if (except.length === 0) return "";
  const more = except.length - SHOWN;
  return ` except ${except.slice(0, SHOWN).join(", ")}${more > 0 ? ` and ${more} more` : ""}`;
}

/** Blocks that are alike as one text: what lies in each other is put together again; all there are is `world`. */
export function blocksText(blocks: readonly Block[], all: ReadonlySet<string>): string {
  const alike = new Map(blocks.map((block) => [block.cidr, block]));
  const inner = new Set(blocks.flatMap(({ except = [] }) => except).filter((cidr) => alike.has(cidr)));
  // An except that is no end has nobody outside, so nobody is missed there.
  const left = ({ except = [] }: Block): string[] =>
    except.flatMap((cidr) => {
      const within = alike.get(cidr);
      if (within !== undefined) return left(within);
      return all.has(cidr) ? [cidr] : [];
    });
  const texts = blocks.flatMap((block) =>
    inner.has(block.cidr) ? [] : [`${block.cidr}${exceptText(left(block))}`],
  );
  const whole = texts.join(", ");
  if (whole === "0.0.0.0/0, ::/0") return "world";
  return texts
    .map((text) => (text === "0.0.0.0/0" ? "world (IPv4)" : text === "::/0" ? "world (IPv6)" : text))
    .join(", ");
}

/** Puts the blocks together that are alike for the same other end. */
function folded(entries: readonly MapEntry[], all: ReadonlySet<string>): MapRow[] {
  const rows = new Map<string, { readonly entry: MapEntry; readonly blocks: Block[] }>();
  for (const entry of entries) {
    const block = [entry.from, entry.to].find((end) => end.cidr !== undefined);
    const sides = [entry.from, entry.to].map((end) => (end.cidr === undefined ? endName(end) : "/"));
    const key = JSON.stringify([...sides, block === undefined ? "" : entryText(entry)]);
    const row = rows.get(key) ?? { entry, blocks: [] };
    if (block?.cidr !== undefined) row.blocks.push(block);
    rows.set(key, row);
  }
  return [...rows.values()].map(({ entry, blocks }): MapRow => {
    const name = (end: MapEnd): string => (end.cidr === undefined ? endName(end) : blocksText(blocks, all));
    return { from: name(entry.from), to: name(entry.to), traffic: entryText(entry) };
  });
}

/**
 * The map's entries as lines, with the blocks outside that are alike for one end put together, so that a cluster that
 * tells many blocks apart stays readable. Of one source all lines stand together.
 */
export function mapRows({ entries }: ConnectivityMap, ends: readonly MapEnd[]): MapRow[] {
  const all = new Set(ends.flatMap(({ cidr }) => cidr ?? []));
  const rows = folded(entries, all);
  return [...Map.groupBy(rows, ({ from }) => from).values()].flat();
}
