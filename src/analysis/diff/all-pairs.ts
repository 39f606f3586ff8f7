import type { AddressSet } from "../../core/address-set.ts";
import { containsAddress } from "../../core/address-set.ts";
import type { Direction } from "../../core/policy.ts";
import type { Party } from "../party.ts";
import type { EndClass } from "./end-classes.ts";
import type { OutsidePart } from "./outside-parts.ts";
import { type PairChange, pairChanges } from "./pair-changes.ts";
import { pairJudge } from "./pair-judge.ts";
import type { TwoClusters } from "./two-clusters.ts";
import { type Versions, bothOf } from "./versions.ts";

/** How one class of ends changes towards another. */
export type ClassChange = PairChange & { readonly from: EndClass; readonly to: EndClass };

/** Two classes. */
export type ClassPair = Pick<ClassChange, "from" | "to">;

export const isSeveral = ({ before, after }: Versions<Party>): boolean =>
  before?.several === true || after?.several === true;

/** Whether the pair is one end alone, which always reaches itself. */
export const isOneself = ({ from, to }: ClassPair): boolean =>
  from === to && from.members.length < 2 && !from.members.some(isSeveral);

const isDirty = ({ from, to }: ClassPair): boolean =>
  from.own.length + to.own.length > 0 ||
  [...from.isolating.egress, ...to.isolating.ingress].some(({ edit }) => edit !== undefined);

/** The sets of addresses by which a class's policies tell its peers apart. */
function setsOf(end: EndClass, direction: Direction): AddressSet[] {
  const policies = end.isolating[direction].flatMap(bothOf);
  return policies
    .flatMap(({ rules }) => rules[direction])
    .flatMap(({ peers }) => (peers.kind === "some" ? [peers.addresses] : []));
}

/** All that changes, by pairs of classes. */
export function allPairs(
  classes: readonly EndClass[],
  { groups }: TwoClusters,
  onStep: (done: number, all: number) => void = () => undefined,
): ClassChange[] {
  const named = classes.filter(({ outside }) => outside === undefined);
  const away = classes.flatMap((end) => (end.outside === undefined ? [] : [{ end, part: end.outside }]));

  function changes({ from, to }: ClassPair): PairChange[] {
    if (!isDirty({ from, to }) || isOneself({ from, to })) return [];
    const isItself = from === to && from.members.length < 2;
    const [, second] = to.members;
    const other = from === to && second !== undefined ? { ...to, versions: second } : to;
    return pairChanges(pairJudge(from, other, { groups, isItself }), from, other);
  }

  /** Of the many parts of the outside, an end's own policies tell only a few apart. */
  function withOutside(end: EndClass, direction: Direction): ClassChange[] {
    const sets = setsOf(end, direction);
    const seen = ({ address }: OutsidePart): string =>
      address.family + sets.map((set) => (containsAddress(set, address) ? "1" : "0")).join("");
    const alike = Map.groupBy(away, ({ part }) => seen(part));
    return [...alike.values()].flatMap((parts) => {
      const pairs = parts.map((each) =>
        direction === "egress" ? { from: end, to: each.end } : { from: each.end, to: end },
      );
      const [first] = pairs;
      const found = first === undefined ? [] : changes(first);
      return pairs.flatMap((pair) => found.map((change) => ({ ...pair, ...change })));
    });
  }

  return named.flatMap((from, i) => {
    onStep(i, named.length);
    return [
      ...named.flatMap((to) => changes({ from, to }).map((change) => ({ from, to, ...change }))),
      ...withOutside(from, "egress"),
      ...withOutside(from, "ingress"),
    ];
  });
}
