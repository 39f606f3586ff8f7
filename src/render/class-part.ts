import type { Family } from "../core/address.ts";
import type { SubjectClass } from "../core/node-program.ts";
import type { Host } from "./host.ts";
import type { AllowRule, Chains, Layout } from "./layout.ts";
import { type Leaf, leavesOf } from "./leaves.ts";

/** What one class adds to a family's rules: the chains that judge it, and who is led to them. */
export interface ClassPart {
  readonly chains: Chains;
  readonly leaves: readonly Leaf[];
}

/** Whether a class has anybody in this family. */
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
  return { chains, leaves: leavesOf(each, family, ports) };
}
