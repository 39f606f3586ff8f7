import { allPorts, formatPorts } from "../core/traffic.ts";
import type { AllowedTraffic } from "./connectivity-map.ts";

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
