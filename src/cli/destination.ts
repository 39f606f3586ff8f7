import type { PortSpec } from "../library/port-spec.ts";
import { parsePort } from "../library/port-spec.ts";
import { UsageError } from "./exit-codes.ts";

export interface Destination {
  /** As `library/ends` reads it, without brackets. */
  readonly end: string;
  /** `undefined` where no port is named. */
  readonly port: PortSpec | undefined;
}

/** Reads `END[:PORT[/PROTO]]`; an IPv6 address or block stands in brackets where a port follows, as in a URL. */
export function parseDestination(text: string): Destination {
  const [, bracketed, afterBracket, plain, afterPlain] =
    /^(?:\[([^\]]*)\](?::(.*))?|([^:[\]]+)(?::([^:]*))?)$/.exec(text) ?? [];
  const end = bracketed ?? plain;
  // An address of IPv6 by itself needs no brackets: there is no port to tell it from.
  if (end === undefined) return { end: text, port: undefined };
  const portText = afterBracket ?? afterPlain;
  if (portText === undefined) return { end, port: undefined };
  const port = parsePort(portText);
  if (port.kind === "bad") throw new UsageError(`${text}: ${port.message}`);
  return { end, port };
}
