import type { Direction } from "../../../core/policy.ts";
import type { FamilyChange, Move } from "./family-change.ts";
import { addressesOf } from "./moved-set.ts";
import { CLOSED, OPEN } from "./places.ts";

/** Whether rules of ours decide over packets of an address, before or after. */
export function isJudged({ before, after }: FamilyChange["places"], address: string): boolean {
  const places = [before, after].flatMap(({ at }) => [at("ingress", address), at("egress", address)]);
  return places.some((place) => place !== OPEN) && places.some((place) => place !== CLOSED);
}

/** Whose verdicts may rise for a packet that still meets the rules of before, and whose may fall for one that meets those of after. */
interface Turn {
  readonly rise: ReadonlySet<string>;
  readonly fall: ReadonlySet<string>;
}

/** Of addresses at the end that judges in this direction. */
function turnAt({ moves, ported, written, places }: FamilyChange, direction: Direction): Turn {
  const own = moves.filter((move) => move.direction === direction);
  const [before, after] = [places.before.judged[direction], places.after.judged[direction]];
  const rewritten = [before, after].flatMap((judged) =>
    written.size === 0 ? [] : [...judged].flatMap(([address, to]) => (written.has(to) ? [address] : [])),
  );
  const led = [...ported[direction]].filter((address) => before.get(address) === after.get(address));
  const moved = (isSo: (move: Move) => boolean): string[] => own.filter(isSo).map(({ address }) => address);
  return {
    rise: new Set([...moved(({ from, to }) => from !== OPEN && to !== CLOSED), ...led]),
    fall: new Set([...moved(({ from, to }) => from !== CLOSED && to !== OPEN), ...led, ...rewritten]),
  };
}

/** Of peers, as sets say. */
const turnOfPeers = ({ sets }: FamilyChange): Turn => ({
  rise: new Set(sets.flatMap(({ adds }) => [...addressesOf(adds)])),
  fall: new Set(sets.flatMap(({ dels }) => [...addressesOf(dels)])),
});

const isPair = (some: ReadonlySet<string>, others: ReadonlySet<string>): boolean =>
  some.size > 0 && others.size > 0 && some.union(others).size > 1;

const crosses = (one: Turn, other: Turn): boolean =>
  isPair(one.rise, other.fall) || isPair(one.fall, other.rise);

const crossesItself = (one: Turn, other: Turn): boolean =>
  !one.rise.isDisjointFrom(other.fall) || !one.fall.isDisjointFrom(other.rise);

/**
 * Whether a packet between two pods of this node, which is judged at both ends, may find that the verdict of one end has risen and that of
 * the other not yet fallen: elements of sets and maps change for whoever is under way, and rules do not. Or whether an address is led to
 * rules of before that it never had.
 */
export function isCrossing(change: FamilyChange): boolean {
  const { moves, ported, written, sets, places } = change;
  if (places.before.ways !== places.after.ways) return true;
  const isLed = moves.length + ported.ingress.size + ported.egress.size > 0;
  if (!isLed && sets.every(({ adds }) => adds.size === 0)) return false;
  if (moves.some(({ to }) => written.has(to))) return true;
  const [ingress, egress] = [turnAt(change, "ingress"), turnAt(change, "egress")];
  const peers = turnOfPeers(change);
  if (crosses(ingress, egress) || crossesItself(ingress, peers) || crossesItself(egress, peers)) return true;
  const judged = (addresses: ReadonlySet<string>): ReadonlySet<string> =>
    new Set([...addresses].filter((address) => isJudged(places, address)));
  return isPair(judged(peers.rise), judged(peers.fall));
}
