import type { Logger } from "pino";
import { formatCidr } from "../core/cidr.ts";
import type { GateScope } from "../core/start-gate.ts";
import { type GateFacts, type GateMode, type GateState, gateState } from "./gate-state.ts";

export interface StartGateOptions {
  readonly startGate: GateMode;
  readonly log: Logger;
}

/** What the node's program needs for the gate; `undefined` where it is off. `own` are the node's own addresses. */
export const gateScope = (state: GateState, own: GateScope["own"]): GateScope | undefined =>
  state.kind === "on" ? { podCidrs: state.podCidrs, own } : undefined;

/** Decides at each pass whether the start gate stands, and says it loudly where it should and cannot. */
export class StartGate {
  state: GateState | undefined;
  readonly #mode: GateMode;
  readonly #log: Logger;
  #said: string | undefined;

  constructor({ startGate, log }: StartGateOptions) {
    this.#mode = startGate;
    this.#log = log;
  }

  decide(facts: Omit<GateFacts, "mode">): GateState {
    this.state = gateState({ mode: this.#mode, ...facts });
    this.#say(this.state);
    return this.state;
  }

  /** Once for each change. */
  #say(state: GateState): void {
    const text = state.kind === "on" ? state.podCidrs.map(formatCidr).join(" ") : state.why;
    if (text === this.#said) return;
    this.#said = text;
    if (state.kind === "on")
      this.#log.info({ podCidrs: text }, "start gate on: new pods are closed until programmed");
    else if (state.isAsked) this.#log.info({ why: text }, "start gate off");
    else this.#log.warn({ why: text }, "start gate off: new pods are open until they are programmed");
  }
}
