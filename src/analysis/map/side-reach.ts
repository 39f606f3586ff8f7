import type { Family } from "../../core/address.ts";
import { type Side, isolatingPolicies, judge } from "../../core/evaluate.ts";
import type { Direction } from "../../core/policy.ts";
import type { Program } from "../../core/program.ts";
import { namedSetNumbers } from "./named-sets.ts";
import type { PartyClass } from "./party-classes.ts";

/** One end's leave towards every peer that its rules cannot tell from the others: one object, so that it can be a key. */
export type SideReach = Side;

/** What of a peer the rules of one subject look at. */
interface Regard {
  readonly groups: readonly string[];
  /** Numbers of address sets. */
  readonly sets: readonly number[];
  readonly hasNames: boolean;
}

/**
 * Judges one side of a connection, once for all peers that the subject's own rules cannot tell apart: of thousands of
 * pairs in a cluster, those are a handful for each subject.
 */
export function sideReacher(
  program: Program,
): (direction: Direction, subject: PartyClass, peer: PartyClass, family: Family) => SideReach {
  const numberOf = namedSetNumbers(program);
  const regards: Record<Direction, Map<PartyClass, Regard>> = { ingress: new Map(), egress: new Map() };
  const sides = new Map<string, SideReach>();

  function regard(direction: Direction, subject: PartyClass): Regard {
    const known = regards[direction].get(subject);
    if (known !== undefined) return known;
    const rules = isolatingPolicies(program, subject.party.end, direction).flatMap(
      (policy) => policy.rules[direction],
    );
    const some = rules.flatMap(({ peers }) => (peers.kind === "some" ? [peers] : []));
    const found = {
      groups: [...new Set(some.flatMap(({ groups }) => groups))],
      sets: [...new Set(some.map(({ addresses }) => numberOf(addresses)))],
      hasNames: direction === "egress" && rules.some(({ ports }) => ports.named.length > 0),
    };
    regards[direction].set(subject, found);
    return found;
  }

  return (direction, subject, peer, family) => {
    const { groups, sets, hasNames } = regard(direction, subject);
    let key = `${direction}${subject.number}${family}`;
    for (const group of groups) key += peer.groups.has(group) ? "+" : "-";
    const places = peer.places[family];
    for (const set of sets) key += places[set];
    if (hasNames) key += peer.ports;
    const known = sides.get(key);
    if (known !== undefined) return known;
    const [from, to] = direction === "egress" ? [subject, peer] : [peer, subject];
    const side = judge(program, from.party.end, to.party.end, family)[direction];
    sides.set(key, side);
    return side;
  };
}

/** A memo by two objects. */
export function pairMemo<A extends object, B extends object, T>(make: (a: A, b: B) => T): (a: A, b: B) => T {
  const memo = new Map<A, Map<B, T>>();
  return (a, b) => {
    const row = memo.get(a) ?? new Map<B, T>();
    memo.set(a, row);
    const known = row.get(b);
    if (known !== undefined) return known;
    const made = make(a, b);
    row.set(b, made);
    return made;
  };
}
