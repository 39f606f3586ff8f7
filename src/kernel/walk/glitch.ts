import { type Direction, directions, opposite } from "../../core/policy.ts";
import { ruleIdentity } from "../rule-identity.ts";
import { setsNamedBy } from "../saved-rules.ts";
import type { Doors } from "./doors.ts";
import type { FamilyChange } from "./family-change.ts";
import type { AnyRule } from "./family-view.ts";

/** Who is judged by other rules afterwards; all of a chain where no address is told. */
interface Turn {
  readonly direction?: Direction;
  readonly address?: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** The sets among these that are named by rules which the other chain has not. */
function namedAlone(
  rules: readonly AnyRule[],
  others: readonly AnyRule[],
  among: ReadonlyMap<string, unknown>,
  changing: ReadonlySet<string>,
): ReadonlySet<string> {
  const named = rules
    .filter((rule) => rule !== undefined)
    .map((rule) => ({ rule, sets: setsNamedBy(rule) }))
    .filter(({ sets }) => sets.some((set) => among.has(set)));
  if (named.length === 0) return new Set();
  const kept = new Set(others.flatMap((rule) => (rule === undefined ? [] : (ruleIdentity(rule) ?? []))));
  // A rule that looks into two sets that change may find an old entry in one and a new one in the other.
  const isSafe = (rule: string, sets: readonly string[]): boolean =>
    sets.filter((set) => changing.has(set)).length === 1 && kept.has(ruleIdentity(rule) ?? "");
  return new Set(named.filter(({ rule, sets }) => !isSafe(rule, sets)).flatMap(({ sets }) => sets));
}

/**
 * Whether one end's verdict alone may let pass between two writes what it denies before and after: a peer that comes before
 * the rules meets a rule that goes with them, or one that goes after them a rule that comes with them. Nobody meets himself
 * so, nor whom the start gate closes at that time.
 */
export function hasGlitch(change: FamilyChange): boolean {
  const { before, after, doors, sets, places, rewritten } = change;
  const turns: readonly Turn[] = [
    ...places.values(),
    ...[...rewritten].map((name) => ({ from: name, to: name })),
  ];
  const rules = (
    view: { readonly chains: ReadonlyMap<string, readonly AnyRule[]> },
    name: string | undefined,
  ) => (name === undefined ? [] : (view.chains.get(name) ?? []));
  const known = new Map<
    string,
    { going: ReadonlySet<string>; coming: ReadonlySet<string>; isStrange: boolean }
  >();
  const compared = ({ from, to }: Turn) => {
    const key = `${from} ${to}`;
    const made = known.get(key);
    if (made !== undefined) return made;
    const [old, now] = [rules(before, from), rules(after, to)];
    const fresh = {
      going: namedAlone(old, now, sets.adds, sets.names),
      coming: namedAlone(now, old, sets.dels, sets.names),
      // What somebody else's rule lets pass nobody knows.
      isStrange: old.includes(undefined),
    };
    known.set(key, fresh);
    return fresh;
  };
  const meets = (
    names: ReadonlySet<string>,
    moved: ReadonlyMap<string, ReadonlySet<string>>,
    { direction, address }: Turn,
    at: Doors,
  ): boolean => {
    const ways = direction === undefined ? directions : [opposite(direction)];
    return [...names].some((name) =>
      [...(moved.get(name) ?? [])].some(
        (peer) => peer !== address && !ways.every((way) => at.isGated(way, peer)),
      ),
    );
  };
  /** Whom nothing judges: his verdict only rises to that, or falls from it. */
  const isOpen = ({ direction, address }: Turn, at: Doors): boolean =>
    direction !== undefined &&
    address !== undefined &&
    !at.isIsolated(direction, address) &&
    !at.isGated(direction, address);
  return turns.some((turn) => {
    const { going, coming, isStrange } = compared(turn);
    return (
      isStrange ||
      (!(turn.to === undefined && isOpen(turn, doors.after)) &&
        meets(going, sets.adds, turn, doors.before)) ||
      (!(turn.from === undefined && isOpen(turn, doors.before)) &&
        meets(coming, sets.dels, turn, doors.after))
    );
  });
}
