import { type Protocol, protocols } from "../core/traffic.ts";
import type { BadEnd } from "./end-spec.ts";

/** What is asked to pass, as it was written. */
export type PortSpec =
  | { readonly kind: "number"; readonly protocol: Protocol; readonly port: number }
  /** A name means each destination's own port of that name and protocol. */
  | { readonly kind: "name"; readonly protocol: Protocol; readonly name: string }
  /** ICMP, or any other protocol without ports: policies cannot name one. */
  | { readonly kind: "other" };

const bad = (message: string): BadEnd => ({ kind: "bad", message });

/** Reads `8080`, `8080/UDP`, `http`, `dns/UDP` or `icmp`. */
export function parsePort(text: string): PortSpec | BadEnd {
  const [port = "", protocolText = "TCP", ...more] = text.split("/");
  if (port === "" || more.length > 0)
    return bad(`port ${text}: want PORT[/PROTO], as in 8080, 53/UDP or http`);
  if (/^icmp(?:v6)?$/i.test(text)) return { kind: "other" };
  const protocol = protocols.find((known) => known === protocolText.toUpperCase());
  if (protocol === undefined) {
    const hint = /^icmp/i.test(protocolText) ? "; ICMP has no ports: write icmp in the port's place" : "";
    return bad(`port ${text}: protocol ${protocolText} is none of ${protocols.join(", ")}${hint}`);
  }
  if (!/^\d+$/.test(port)) return { kind: "name", protocol, name: port };
  const number = Number(port);
  if (number < 1 || number > 65535) return bad(`port ${port}: want 1 to 65535`);
  return { kind: "number", protocol, port: number };
}
