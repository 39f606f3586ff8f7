import { formatAddress } from "../core/address.ts";
import { type Direction, directions } from "../core/policy.ts";
import { restRules } from "./dispatch.ts";
import type { GateRules } from "./gate.ts";
import type { Leaves } from "./leaves.ts";
import { restChain } from "./names.ts";
import type { SetTable } from "./set-table.ts";

/** The sets that hold who is isolated, as the tries do; both are written in one step. */
export type IsolatedSets = Readonly<Record<Direction, string>>;

/** Asks for the sets that hold the leaves' addresses. */
export function isolatedSets(leaves: Leaves, sets: SetTable): IsolatedSets {
  const isolated = (direction: Direction): string =>
    sets.isolated(
      direction,
      leaves[direction].map(({ address }) => formatAddress(address)),
    );
  return { ingress: isolated("ingress"), egress: isolated("egress") };
}

/** The ends of both tries. */
export const restChains = (isolated: IsolatedSets, gate: GateRules): [string, readonly string[]][] =>
  directions.map((direction) => [
    restChain(direction),
    restRules(direction, isolated[direction], gate.inRest[direction]),
  ]);
