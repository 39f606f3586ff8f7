import { type Family, families } from "../../core/address.ts";
import { setFamily } from "../../render/names.ts";
import { setsNamed } from "../../render/nftables/sets-named.ts";
import type { Ruleset } from "../../render/ruleset.ts";
import { type Plan, planWrites, stateAfter } from "../plan.ts";
import { type Standing, planFrom } from "../standing.ts";
import { type KernelState, type StandingSet, type StandingTable, nothingStands } from "../state.ts";
import type { Leg } from "../walk/plan-walk.ts";
import { newClasses, standingWith } from "./new-classes.ts";
import type { SetRooms } from "./set-rooms.ts";
import { tornSets } from "./torn-sets.ts";

const NOTHING_STANDS: KernelState = {
  sets: new Map(),
  tables: { IPv4: nothingStands, IPv6: nothingStands },
};

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

const stateOf = (standing: Standing): KernelState =>
  standing.kind === "read" ? standing.state : stateAfter(standing.ruleset, standing.stayed);

/**
 * The state where these sets are as good as another's of their name, and the chains that name them as good as empty: both are made
 * anew. Chains that name them and are not as wanted are so anyway.
 */
function withOthers(state: KernelState, wanted: Ruleset, remade: ReadonlySet<string>): KernelState {
  const other: StandingSet = { type: "other", entries: new Set() };
  const namesOne = (rule: string): boolean => setsNamed(rule).some((name) => remade.has(name));
  const table = (family: Family): StandingTable => {
    const { chains, ...rest } = state.tables[family];
    const naming = [...wanted[family].chains].filter(([, rules]) => rules.some(namesOne));
    return {
      ...rest,
      chains: new Map([
        ...chains,
        ...naming.flatMap(([name]): [string, []][] => (chains.has(name) ? [[name, []]] : [])),
      ]),
    };
  };
  return {
    sets: new Map([...state.sets, ...[...remade].map((name) => [name, other] as const)]),
    tables: { IPv4: table("IPv4"), IPv6: table("IPv6") },
  };
}

/** The one plan that leads from what stands to what is wanted. Some sets are made anew in it, with the rules that name them. */
function planOf(standing: Standing, wanted: Ruleset, rooms: SetRooms): Plan {
  const anew = rooms.outgrown(standing, wanted).union(tornSets(standing, wanted));
  return rooms.declared(
    anew.size === 0
      ? planFrom(standing, wanted)
      : planWrites(withOthers(stateOf(standing), wanted, anew), wanted),
  );
}

/**
 * The plans that lead from what stands to what is wanted. The last is written as a whole, rules and sets of both families, so no
 * packet is ever judged by a part of it, and nothing of the sort of `planWalk` is needed. But the kernel lets a packet meet the rules
 * that were in force when it came to the base chain, and the elements of maps as they are when it comes to those: at the instant of a
 * transaction that made both a class and the way to it, it would come to a chain that was empty when it began, and pass. So classes
 * that do not stand are written before, while nothing leads to them.
 */
export function planNftables(standing: Standing, wanted: Ruleset, rooms: SetRooms): readonly Leg[] {
  const anew = new Set(
    standing.kind === "read" ? families.filter((family) => isToBeMade(standing.state, wanted, family)) : [],
  );
  const from: Standing =
    standing.kind === "read" ? { kind: "read", state: without(standing.state, anew) } : standing;
  if (from.kind === "read") rooms.believe(from.state.sets);
  const added = newClasses(from, wanted, anew);
  if (families.every((family) => added[family].chains.size === 0))
    return [{ plan: planOf(from, wanted, rooms), to: wanted, anew }];
  const before = rooms.declared(planWrites(NOTHING_STANDS, added));
  return [
    { plan: before, to: added },
    { plan: planOf(standingWith(from, added), wanted, rooms), to: wanted, anew },
  ];
}
