import { type Pod, keyOf } from "../cluster.ts";
import { haveSameAddresses } from "../have-same-addresses.ts";
import { type GateScope, type StartGate, startGate } from "../start-gate.ts";

/** A node's start gate, kept up: the same value as long as what it is made of is the same. */
export class LocalGate {
  #pods: readonly Pod[] = [];
  #scope: GateScope | undefined;
  #gate: StartGate | undefined;

  take(pods: readonly Pod[], scope: GateScope | undefined): StartGate | undefined {
    const isSame =
      scope?.podCidrs === this.#scope?.podCidrs &&
      scope?.own === this.#scope?.own &&
      haveSameAddresses(this.#pods, pods);
    this.#pods = pods;
    if (isSame) return this.#gate;
    this.#scope = scope;
    const sorted = pods.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
    this.#gate = scope === undefined ? undefined : startGate(scope, sorted);
    return this.#gate;
  }
}
