import type { Family } from "../core/address.ts";
import type { SubjectClass } from "../core/node-program.ts";
import type { Direction } from "../core/policy.ts";
import type { Host } from "./host.ts";
import type { AllowRule, Chains, Layout } from "./layout.ts";
import { type Leaf, type Leaves, compareLeaves, leavesOf } from "./leaves.ts";

/** What one class adds to a family's rules: the chains that judge it, and who is led to them. */
export interface ClassPart {
  readonly direction: Direction;
  readonly chains: Chains;
  readonly leaves: readonly Leaf[];
}

/** Whether a pod of a class has an address in this family. */
export const isPopulated = ({ subjects }: SubjectClass, family: Family): boolean =>
  subjects.some(({ addresses }) => addresses.some((address) => address.family === family));

export function classPart(
  layout: Layout,
  each: SubjectClass,
  allowed: readonly AllowRule[],
  family: Family,
  denial: Host["denial"],
): ClassPart {
  const { chains, ports } = layout.classChains(each, allowed, family, denial);
  return { direction: each.direction, chains, leaves: leavesOf(each, family, ports) };
}

/** Who is led to all of these classes. */
export function leavesAmong(parts: readonly ClassPart[]): Leaves {
  const inOne = (direction: Direction): Leaf[] =>
    parts
      .filter((each) => each.direction === direction)
      .flatMap(({ leaves }) => leaves)
      .sort(compareLeaves);
  return { ingress: inOne("ingress"), egress: inOne("egress") };
}
