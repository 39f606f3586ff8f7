import { formatAddress } from "../core/address.ts";
import { type Direction, directions } from "../core/policy.ts";
import { type Leaf, restRules } from "./dispatch.ts";
import type { GateRules } from "./gate.ts";
import { restChain } from "./names.ts";
import type { SetTable } from "./set-table.ts";

/** Who is isolated in one direction: as places of the trie, and as a set. Both are written in one step. */
export interface IsolatedPods {
  readonly leaves: readonly Leaf[];
  readonly set: string;
}

/** Asks for the sets that hold the leaves' addresses. */
export function isolatedPods(
  leaves: Readonly<Record<Direction, readonly Leaf[]>>,
  sets: SetTable,
): Readonly<Record<Direction, IsolatedPods>> {
  const isolated = (direction: Direction): IsolatedPods => {
    const addresses = leaves[direction].map(({ address }) => formatAddress(address));
    return { leaves: leaves[direction], set: sets.isolated(direction, addresses) };
  };
  return { ingress: isolated("ingress"), egress: isolated("egress") };
}

/** The ends of both tries. */
export const restChains = (
  isolated: Readonly<Record<Direction, IsolatedPods>>,
  gate: GateRules,
): [string, readonly string[]][] =>
  directions.map((direction) => [
    restChain(direction),
    restRules(direction, isolated[direction].set, gate.inRest[direction]),
  ]);
