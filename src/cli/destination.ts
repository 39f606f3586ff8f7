import type { Party } from "../analysis/party.ts";
import { type Flow, type Protocol, protocols } from "../core/traffic.ts";
import { UsageError } from "./exit-codes.ts";

export interface Destination {
  /** `ns/name`, or an address without brackets. */
  readonly end: string;
  readonly port: string;
  readonly protocol: Protocol;
}

/** Reads `END:PORT[/PROTO]`; an IPv6 address stands in brackets, as in a URL. */
export function parseDestination(text: string): Destination {
  const [, bracketed, plain, port = "", protocolText] =
    /^(?:\[([^\]]+)\]|([^:[\]]+)):([^:/]+)(?:\/(\w+))?$/.exec(text) ?? [];
  const end = bracketed ?? plain;
  if (end === undefined) {
    throw new UsageError(
      `${text}: want END:PORT[/PROTO], as in shop/api:8080, shop/dns:53/UDP or [2001:db8::1]:443`,
    );
  }
  const wanted = (protocolText ?? "TCP").toUpperCase();
  const protocol = protocols.find((known) => known === wanted);
  if (protocol === undefined)
    throw new UsageError(`${text}: protocol ${protocolText} is none of ${protocols.join(", ")}`);
  return { end, port, protocol };
}

/** The port asked for on this destination; a name is looked up among the destination pod's. */
export function flowTo({ port, protocol }: Destination, { name, end }: Party): Flow {
  const number = Number(port);
  if (/^\d+$/.test(port)) {
    if (number >= 1 && number <= 65535) return { protocol, port: number };
    throw new UsageError(`port ${port}: want 1 to 65535`);
  }
  const ports = end.kind === "pod" ? end.pod.ports : [];
  const found = ports.find((each) => each.name === port && each.protocol === protocol);
  if (found !== undefined) return { protocol, port: found.port };
  throw new UsageError(`${name} has no ${protocol} port named ${port}`);
}
