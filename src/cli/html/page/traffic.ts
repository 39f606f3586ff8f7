import type { AllowedTraffic } from "../../../analysis/connectivity-map.ts";

const EVERY_PORT = "1-65535";
const PROTOCOLS = ["TCP", "UDP", "SCTP"] as const;

export const isNothing = ({ TCP, UDP, SCTP, other }: AllowedTraffic): boolean =>
  TCP === "" && UDP === "" && SCTP === "" && !other;

export const isEverything = ({ TCP, UDP, SCTP, other }: AllowedTraffic): boolean =>
  other && [TCP, UDP, SCTP].every((ports) => ports === EVERY_PORT);

/** As the command line says it: `TCP 80,443; UDP 53`. */
export function trafficText(traffic: AllowedTraffic): string {
  if (isEverything(traffic)) return "everything";
  const parts = PROTOCOLS.filter((protocol) => traffic[protocol] !== "").map((protocol) =>
    traffic[protocol] === EVERY_PORT
      ? `${protocol} all ports`
      : `${protocol} ${traffic[protocol].replaceAll(",", ", ")}`,
  );
  return [...parts, ...(traffic.other ? ["other protocols"] : [])].join("; ") || "nothing";
}

/** A port that is looked for; any protocol's where none is named. */
export interface PortFilter {
  readonly protocols: readonly (typeof PROTOCOLS)[number][];
  /** Any port of the protocol where absent. */
  readonly port?: number;
}

/** Reads `443`, `53/udp` or `tcp`; undefined where the text is none of them. */
export function portFilter(text: string): PortFilter | undefined {
  const [, number, name = ""] = /^\s*(\d{1,5})?\s*\/?\s*([a-z]*)\s*$/i.exec(text) ?? [];
  const protocols = PROTOCOLS.filter((protocol) => name === "" || protocol === name.toUpperCase());
  if (protocols.length === 0 || (number === undefined && name === "")) return undefined;
  const port = number === undefined ? undefined : Number(number);
  if (port !== undefined && (port < 1 || port > 65535)) return undefined;
  return { protocols, ...(port !== undefined && { port }) };
}

const holds = (ports: string, port: number): boolean =>
  ports.split(",").some((range) => {
    const [first, last = first] = range.split("-").map(Number);
    return first !== undefined && last !== undefined && first <= port && port <= last;
  });

/** Whether some of it is what the filter looks for. */
export const passes = (traffic: AllowedTraffic, { protocols, port }: PortFilter): boolean =>
  protocols.some((protocol) =>
    port === undefined ? traffic[protocol] !== "" : holds(traffic[protocol], port),
  );
