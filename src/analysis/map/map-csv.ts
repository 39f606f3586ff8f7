import type { AllowedTraffic, ConnectivityMap, MapEntry } from "../connectivity-map.ts";
import type { MapEnd } from "./map-end.ts";

/** RFC 4180 section 2: quoted where it must be, quotes doubled. */
const field = (text: string): string => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);

const endText = (end: MapEnd): string => {
  if (end.cidr === undefined) return end.pod ?? `node/${end.node}`;
  return end.except === undefined ? end.cidr : `${end.cidr} except ${end.except.join(" ")}`;
};

const HEADING = ["from", "to", "extent", "family", "TCP", "UDP", "SCTP", "other"];

function rowsOf({ from, to, allowed, byFamily, allowedForSome, depends }: MapEntry): string[][] {
  const row = (extent: string, family: string, { TCP, UDP, SCTP, other }: AllowedTraffic): string[] => [
    endText(from),
    endText(to),
    extent,
    family,
    TCP,
    UDP,
    SCTP,
    String(other),
  ];
  return [
    ...(byFamily === undefined
      ? [row("all", "any", allowed)]
      : [row("all", "IPv4", byFamily.IPv4), row("all", "IPv6", byFamily.IPv6)]),
    ...(allowedForSome === undefined ? [] : [row("some", "any", allowedForSome)]),
    ...(depends === undefined ? [] : [row("depends", "any", depends)]),
  ];
}

/**
 * The map as CSV (RFC 4180): one line for each entry, or for each family where they differ, and where pods of a workload
 * differ one more (`extent` is `some`); what depends has a line of its own.
 */
export function mapCsv({ entries }: ConnectivityMap): string {
  return [HEADING, ...entries.flatMap(rowsOf)].map((row) => `${row.map(field).join(",")}\r\n`).join("");
}
