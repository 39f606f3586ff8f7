import type { Address, Family } from "../core/address.ts";
import type { SubjectClass } from "../core/node-program.ts";
import type { Direction } from "../core/policy.ts";

/** A pod's address and the class chain that judges it. */
export interface Leaf {
  readonly address: Address;
  readonly pod: string;
  readonly classId: string;
  /** The ports for which its class has chains of their own. */
  readonly ports: readonly string[];
}

/** Who is isolated in each direction, in one family; sorted by address. */
export type Leaves = Readonly<Record<Direction, readonly Leaf[]>>;

/** The class's pods by their addresses, in one family. */
export function leavesOf(each: SubjectClass, family: Family, ports: readonly string[]): Leaf[] {
  return each.subjects.flatMap(({ pod, addresses }) =>
    addresses
      .filter((address) => address.family === family)
      .map((address) => ({ address, pod, classId: each.id, ports })),
  );
}

export const compareLeaves = ({ address: a }: Leaf, { address: b }: Leaf): number =>
  a.value < b.value ? -1 : 1;
