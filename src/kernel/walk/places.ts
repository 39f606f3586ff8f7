import type { Direction } from "../../core/policy.ts";
import { dispatchChain, trieChain } from "../../render/names.ts";
import { jumpOf } from "../saved-rules.ts";
import { type AnyRule, type FamilyView, isClassChain } from "./family-view.ts";

/** A local address, and what judges it in one direction before and after; none where nothing isolates it. */
export interface Move {
  readonly direction: Direction;
  readonly address: string;
  readonly from: string | undefined;
  readonly to: string | undefined;
}

/** One address, one direction. */
export const placeKey = (direction: Direction, address: string): string => `${direction} ${address}`;

const WHOLE = / -([ds]) ([^\s/]+)\/(?:32|128)(?= |$)/;

/** The class chains that rules of the tries lead addresses to, by `placeKey`. */
function placesIn(lists: Iterable<readonly AnyRule[]>): Map<string, string> {
  const places = new Map<string, string>();
  for (const rules of lists) {
    for (const rule of rules) {
      const to = rule?.includes(" -g ") === true ? jumpOf(rule)?.to : undefined;
      if (rule === undefined || to === undefined || !isClassChain(to)) continue;
      const [, side, address = ""] = WHOLE.exec(` ${rule}`) ?? [];
      places.set(placeKey(side === "d" ? "ingress" : "egress", address), to);
    }
  }
  return places;
}

const TRIES = ["ingress", "egress"] as const;
const roots: ReadonlySet<string> = new Set(TRIES.map(dispatchChain));
const blockPrefixes = TRIES.map((direction) =>
  trieChain(direction, { family: "IPv4", first: 0n, length: 0 }).replace("0.0.0.0/0", ""),
);

const isTrieChain = (name: string): boolean =>
  roots.has(name) || blockPrefixes.some((prefix) => name.startsWith(prefix));

/** Where all local addresses are judged. */
export const allPlaces = ({ chains }: FamilyView): ReadonlyMap<string, string> =>
  placesIn([...chains].flatMap(([name, rules]) => (isTrieChain(name) ? [rules] : [])));

/** What moves where these chains are written; how a trie is cut into chains means nothing. By `placeKey`. */
export function movesIn(
  written: Iterable<string>,
  before: FamilyView,
  after: FamilyView,
): ReadonlyMap<string, Move> {
  const names = [...written].filter(isTrieChain);
  const places = ({ chains }: FamilyView) => placesIn(names.map((name) => chains.get(name) ?? []));
  const [old, now] = [places(before), places(after)];
  const moves = new Map<string, Move>();
  for (const key of new Set([...old.keys(), ...now.keys()])) {
    const [from, to] = [old.get(key), now.get(key)];
    const [direction, address = ""] = key.split(" ");
    if (from !== to)
      moves.set(key, { direction: direction === "ingress" ? "ingress" : "egress", address, from, to });
  }
  return moves;
}
