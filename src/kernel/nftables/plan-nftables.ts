import { type Family, families } from "../../core/address.ts";
import { setFamily } from "../../render/names.ts";
import { setsNamed } from "../../render/nftables/sets-named.ts";
import type { FamilyRuleset, Ruleset } from "../../render/ruleset.ts";
import { type Plan, planWrites, stateAfter } from "../plan.ts";
import { type Left, type Standing, planFrom } from "../standing.ts";
import { type KernelState, type StandingSet, type StandingTable, nothingStands } from "../state.ts";
import type { Leg } from "../walk/plan-walk.ts";
import { between } from "./in-flight/between.ts";
import { closing } from "./in-flight/closing.ts";
import { newClasses } from "./in-flight/new-classes.ts";
import { planRenaming } from "./in-flight/plan-renaming.ts";
import { type Renames, renamedClasses } from "./in-flight/renamed-classes.ts";
import { standingRenamed } from "./in-flight/standing-renamed.ts";
import { standingWith } from "./in-flight/standing-with.ts";
import type { SetRooms } from "./set-rooms.ts";

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
  const anew = rooms.outgrown(standing, wanted);
  return rooms.declared(
    anew.size === 0
      ? planFrom(standing, wanted)
      : planWrites(withOthers(stateOf(standing), wanted, anew), wanted),
  );
}

/** The rulesets by which one that stands is led to one that is wanted; mostly that alone. */
function stations(standing: Standing, wanted: Ruleset, anew: ReadonlySet<Family>): readonly Ruleset[] {
  const ways = (family: Family): readonly FamilyRuleset[] => [
    ...(anew.has(family) ? [] : between(standing, wanted[family])),
    wanted[family],
  ];
  const [IPv4, IPv6] = [ways("IPv4"), ways("IPv6")];
  const count = Math.max(IPv4.length, IPv6.length);
  return Array.from({ length: count }, (_, i) => ({
    IPv4: IPv4[i] ?? wanted.IPv4,
    IPv6: IPv6[i] ?? wanted.IPv6,
  }));
}

/** The plans that lead from what stands to what is wanted. */
interface Way {
  /** Writes what does not stand and to which the others lead packets. */
  readonly added: Leg | undefined;
  readonly legs: readonly Leg[];
}

/** What is to stand before packets are led there. */
function addedBefore(
  standing: Standing,
  to: Ruleset,
  rooms: SetRooms,
  anew: ReadonlySet<Family>,
): Leg | undefined {
  const added = newClasses(standing, to, anew);
  if (families.every((family) => added[family].chains.size === 0)) return undefined;
  return { plan: rooms.declared(planWrites(NOTHING_STANDS, added)), to: added };
}

function wayTo(standing: Standing, wanted: Ruleset, rooms: SetRooms): Way {
  const anew = new Set(
    standing.kind === "read" ? families.filter((family) => isToBeMade(standing.state, wanted, family)) : [],
  );
  const from: Standing =
    standing.kind === "read" ? { kind: "read", state: without(standing.state, anew) } : standing;
  if (from.kind === "read") rooms.believe(from.state.sets);
  const renames = (family: Family): Renames =>
    anew.has(family) ? new Map() : renamedClasses(from, wanted[family]);
  const otherNames = { IPv4: renames("IPv4"), IPv6: renames("IPv6") };
  const named = families.reduce((each, family) => standingRenamed(each, family, otherNames[family]), from);
  const [first = wanted, ...others] = stations(named, wanted, anew);
  const added = addedBefore(named, first, rooms, anew);
  const plan = planOf(added === undefined ? named : standingWith(named, added.to), first, rooms);
  const further = others.map((to, i): Leg => {
    const left: Standing = { kind: "left", ruleset: others[i - 1] ?? first, stayed: [] };
    return { plan: planOf(left, to, rooms), to };
  });
  return { added, legs: [{ plan: planRenaming(plan, otherNames), to: first, anew }, ...further] };
}

/** Two plans as one, where neither is about what the other is about. */
const together = (one: Plan, other: Plan): Plan => ({
  setsBefore: [...one.setsBefore, ...other.setsBefore],
  tables: new Map([...one.tables, ...other.tables]),
  answers: new Map([...one.answers, ...other.answers]),
  setsAfter: [...one.setsAfter, ...other.setsAfter],
  destroy: [...one.destroy, ...other.destroy],
});

/**
 * The plans that lead from what stands to what is wanted: mostly one, written as a whole, rules and sets of both families, so that no
 * packet is ever judged by a part of it. But the kernel lets a packet meet the rules that were in force when it came to the base chain,
 * and the elements of sets and maps as they are when it comes to those. So what elements lead to stands before them; rules and
 * members that belong together change one after the other (`between`); and a class that is replaced by another keeps its chain, under
 * another name.
 */
export function planNftables(standing: Standing, wanted: Ruleset, rooms: SetRooms): readonly Leg[] {
  const closed = standing.kind === "left" ? closing(standing, wanted) : undefined;
  if (closed === undefined) {
    const { added, legs } = wayTo(standing, wanted, rooms);
    return added === undefined ? legs : [added, ...legs];
  }
  const plan = planOf(standing, closed, rooms);
  const { stayed } = standing as Left;
  const { added, legs } = wayTo({ kind: "left", ruleset: closed, stayed }, wanted, rooms);
  // Nothing leads to what is added: it comes as others go.
  const first = added === undefined ? { plan, to: closed } : { ...added, plan: together(plan, added.plan) };
  return [first, ...legs];
}
