import { allPorts, formatPorts } from "../core/traffic.ts";
import { columns } from "./columns.ts";
import type { AllowedTraffic, ConnectivityMap, MapEntry } from "./connectivity-map.ts";

const EVERY_PORT = formatPorts(allPorts);

/** `everything`, or `TCP 80,443; UDP 53; SCTP; other protocols`. */
export function trafficText({ TCP, UDP, SCTP, other }: AllowedTraffic): string {
  const ports = { TCP, UDP, SCTP };
  if (other && Object.values(ports).every((text) => text === EVERY_PORT)) return "everything";
  const parts = Object.entries(ports)
    .filter(([, text]) => text !== "")
    .map(([protocol, text]) => (text === EVERY_PORT ? `${protocol} all ports` : `${protocol} ${text}`));
  return [...parts, ...(other ? ["other protocols"] : [])].join("; ") || "nothing";
}

function entryText({ allowed, byFamily }: MapEntry): string {
  if (byFamily === undefined) return trafficText(allowed);
  return `IPv4: ${trafficText(byFamily.IPv4)} | IPv6: ${trafficText(byFamily.IPv6)}`;
}

/** The map as a table, each source named once. `ends` is how many entries were asked about. */
export function mapText({ entries }: ConnectivityMap, ends: number): string {
  let last = "";
  const rows = entries.map((entry) => {
    const from = entry.from.pod === last ? "" : entry.from.pod;
    last = entry.from.pod;
    return [from, entry.to.pod, entryText(entry)];
  });
  const pairs = ends * ends;
  return `${columns([["FROM", "TO", "ALLOWED"], ...rows])}\n\n${entries.length} of ${pairs} pairs can talk, each end with itself included.\n`;
}
