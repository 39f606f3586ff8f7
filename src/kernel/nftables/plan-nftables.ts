import { type Family, families } from "../../core/address.ts";
import { setFamily } from "../../render/names.ts";
import type { Ruleset } from "../../render/ruleset.ts";
import { planWrites } from "../plan.ts";
import { type Standing, planFrom } from "../standing.ts";
import { type KernelState, nothingStands } from "../state.ts";
import type { Leg } from "../walk/plan-walk.ts";

/** Whether a family's table cannot be led to what is wanted: it is not there, or a set would have to become another. */
function isToBeMade({ sets, tables }: KernelState, wanted: Ruleset, family: Family): boolean {
  const own = [...sets].filter(([name]) => setFamily(name) === family);
  if (own.length + tables[family].chains.size === 0) return true;
  return own.some(([name, { type }]) => (wanted[family].sets.get(name)?.type ?? type) !== type);
}

/** The state without what stands of these families. */
const without = ({ sets, tables }: KernelState, left: ReadonlySet<Family>): KernelState => ({
  sets: new Map([...sets].filter(([name]) => !left.has(setFamily(name)))),
  tables: {
    IPv4: left.has("IPv4") ? nothingStands : tables.IPv4,
    IPv6: left.has("IPv6") ? nothingStands : tables.IPv6,
  },
});

/**
 * The one plan that leads from what stands to what is wanted. It is written as a whole, rules and sets of both families, so no
 * packet is ever judged by a part of it, and nothing of the sort of `planWalk` is needed.
 */
export function planNftables(standing: Standing, wanted: Ruleset): readonly Leg[] {
  if (standing.kind === "left") return [{ plan: planFrom(standing, wanted), to: wanted }];
  const anew = new Set(families.filter((family) => isToBeMade(standing.state, wanted, family)));
  return [{ plan: planWrites(without(standing.state, anew), wanted), to: wanted, anew }];
}
