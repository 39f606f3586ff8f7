import { type Cidr, formatCidr } from "../core/cidr.ts";

/** Whether the start gate stands, as an enforcer says it to whoever asks for its health. */
export type GateReport =
  | { readonly kind: "on"; readonly where: string }
  | { readonly kind: "off"; readonly isAsked: boolean; readonly why: string };

const ON = "start gate on: ";
const OFF = "start gate off: ";
const ASKED = "start gate off, as asked: ";

/** What the gate's state is made of, whoever keeps it. */
export type GateSource =
  | { readonly kind: "on"; readonly podCidrs: readonly Cidr[] }
  | { readonly kind: "off"; readonly isAsked: boolean; readonly why: string };

/** A line of `/readyz`, for people and for `readGateLine`. */
export function gateLine(state: GateSource): string {
  if (state.kind === "on") return `${ON}${state.podCidrs.map(formatCidr).join(" ")}`;
  return `${state.isAsked ? ASKED : OFF}${state.why}`;
}

/** Finds it again in the answer; nothing where an enforcer has not decided yet. */
export function readGateLine(body: string): GateReport | undefined {
  for (const line of body.split("\n")) {
    if (line.startsWith(ON)) return { kind: "on", where: line.slice(ON.length) };
    if (line.startsWith(ASKED)) return { kind: "off", isAsked: true, why: line.slice(ASKED.length) };
    if (line.startsWith(OFF)) return { kind: "off", isAsked: false, why: line.slice(OFF.length) };
  }
  return undefined;
}
