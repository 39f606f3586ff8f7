import type { Family } from "../../core/address.ts";
import { type ApplyFailure, type ApplyResult, carryOut } from "../apply.ts";
import { withoutFamilies } from "../without-families.ts";
import type { KernelWriter } from "../writer.ts";
import type { Leg } from "./plan-walk.ts";

export interface WalkResult extends Omit<ApplyResult, "unwritten"> {
  /** Of the sets that stay those that were there before the first plan. */
  readonly heldAtFirst: ReadonlySet<string>;
}

/**
 * Carries out plans one after the other. A family whose rules cannot be written goes no further: its sets of peers stay as
 * the rules need them that stand, which are those from before or those of a detour, and hold to the same verdicts. The other
 * one goes on to its end. Entries that were refused stop nobody, as in a single plan.
 */
export async function carryOutWalk(writer: KernelWriter, legs: readonly Leg[]): Promise<WalkResult> {
  const unwritten = new Set<Family>();
  const failures: ApplyFailure[] = [];
  const held = new Map<string, string>();
  let heldAtFirst: ReadonlySet<string> | undefined;
  for (const { plan } of legs) {
    const result = await carryOut(writer, withoutFamilies(plan, unwritten));
    for (const family of result.unwritten) unwritten.add(family);
    failures.push(...result.failures);
    for (const [name, message] of result.held) held.set(name, message);
    heldAtFirst ??= new Set(held.keys());
  }
  return { commands: writer.commands(), failures, held, heldAtFirst: heldAtFirst ?? new Set() };
}
