import { type Family, families } from "../../core/address.ts";
import { type Answer, isExempt, speaks } from "../../core/end.ts";
import { type Bounds, judge } from "../../core/evaluate.ts";
import type { Program } from "../../core/program.ts";
import {
  type Traffic,
  allTraffic,
  intersectTraffic,
  noTraffic,
  subtractTraffic,
  unionTraffic,
} from "../../core/traffic.ts";
import { carefulReach } from "../careful-can.ts";
import { type Party, destinationOf } from "../party.ts";
import type { MapGroup } from "./map-end.ts";
import { type PartyClass, partyClasses } from "./party-classes.ts";
import { type SideReach, pairMemo, sideReacher } from "./side-reach.ts";

/** What passes between two groups: over pairs of their pods that may differ, and families that may. */
export interface GroupReach {
  /** For sure, between every two of their pods. */
  readonly all: Traffic;
  /** For sure, between some two of them. */
  readonly some: Traffic;
  /** What may pass between some two, or may not, by what nobody knows yet or Kubernetes leaves open. */
  readonly depends: Traffic;
  /** `all`, over each family by itself; absent for a family that no two of them both speak. */
  readonly byFamily: Readonly<Partial<Record<Family, Traffic>>>;
}

/** What passes between two parties. */
interface PairReach extends Bounds {
  readonly byFamily: Readonly<Partial<Record<Family, Traffic>>>;
}

/** Those of a group's parties who are of one class. */
export interface ClassParties {
  readonly class: PartyClass;
  readonly parties: readonly Party[];
}

/** What both ends let pass between them. */
export interface FamilySides {
  readonly family: Family;
  readonly egress: SideReach;
  readonly ingress: SideReach;
}

/** `isExempt` has so many. */
const ANSWERS = 3;

export interface Reacher {
  /** What each two classes of two groups are told by either side, over each family that both speak. */
  readonly sides: (from: MapGroup, to: MapGroup) => readonly FamilySides[];
  /** Equal answers are one object, where no pods of one group differ. */
  readonly reach: (from: MapGroup, to: MapGroup) => GroupReach;
}

/** Over a family that one of two does not speak. */
const unspoken: Bounds = { certain: noTraffic, possible: noTraffic };

const isNode = ({ class: { party } }: ClassParties): boolean => party.end.kind === "node";

/** Where a node is an end: what Kubernetes leaves open there is nothing that passes for sure. */
function carefully(program: Program, from: Party, to: Party): PairReach {
  const destination = { ...to, end: destinationOf(from, to) };
  const { certain, possible } = carefulReach(program, { from, to, source: "its own" });
  const byFamily = (family: Family): Traffic | undefined => {
    if (!speaks(from.end, family) || !speaks(to.end, family)) return undefined;
    const own = judge(program, from.end, destination.end, family).certain;
    return { ...intersectTraffic(own, certain), other: own.other };
  };
  const [IPv4, IPv6] = [byFamily("IPv4"), byFamily("IPv6")];
  const other = (IPv4?.other ?? false) || (IPv6?.other ?? false);
  return {
    certain: { ...certain, other },
    possible,
    byFamily: { ...(IPv4 && { IPv4 }), ...(IPv6 && { IPv6 }) },
  };
}

/** One pod and itself, where policies stand aside; of a workload's pods two are meant. */
const isOneSelf = ({ parties: [party, ...others] }: MapGroup): boolean =>
  party?.end.kind === "pod" &&
  others.length === 0 &&
  isExempt(party.end, destinationOf(party, party)) === "yes";

function combined(pairs: readonly PairReach[]): GroupReach {
  const all = pairs.map(({ certain }) => certain).reduce(intersectTraffic);
  const some = pairs.map(({ certain }) => certain).reduce(unionTraffic);
  const possible = pairs.map((pair) => pair.possible).reduce(unionTraffic);
  const over = (family: Family): Traffic | undefined => {
    const [first, ...more] = pairs.flatMap(({ byFamily }) => byFamily[family] ?? []);
    return first === undefined ? undefined : more.reduce(intersectTraffic, first);
  };
  const [IPv4, IPv6] = [over("IPv4"), over("IPv6")];
  return {
    all,
    some,
    depends: subtractTraffic(possible, some),
    byFamily: { ...(IPv4 && { IPv4 }), ...(IPv6 && { IPv6 }) },
  };
}

const itself: GroupReach = combined([
  { certain: allTraffic, possible: allTraffic, byFamily: { IPv4: allTraffic, IPv6: allTraffic } },
]);

/** Judges groups by the program, each two classes once. */
export function reacher(program: Program): Reacher {
  const classOf = partyClasses(program);
  const side = sideReacher(program);
  const classes = new Map<MapGroup, readonly ClassParties[]>();
  const nodePairs = new Map<string, PairReach>();

  const both = pairMemo((egress: SideReach, ingress: SideReach): Bounds => ({
    certain: intersectTraffic(egress.certain, ingress.certain),
    possible: intersectTraffic(egress.possible, ingress.possible),
  }));
  const bothFamilies = pairMemo((IPv4: Bounds, IPv6: Bounds): PairReach => ({
    certain: unionTraffic(IPv4.certain, IPv6.certain),
    possible: unionTraffic(IPv4.possible, IPv6.possible),
    byFamily: {
      ...(IPv4 !== unspoken && { IPv4: IPv4.certain }),
      ...(IPv6 !== unspoken && { IPv6: IPv6.certain }),
    },
  }));
  const alone = new Map<PairReach, GroupReach>();

  function classed(group: MapGroup): readonly ClassParties[] {
    const known = classes.get(group);
    if (known !== undefined) return known;
    const found = [...Map.groupBy(group.parties, classOf)].map(([each, parties]) => ({
      class: each,
      parties,
    }));
    classes.set(group, found);
    return found;
  }

  function byPolicies(from: PartyClass, to: PartyClass): PairReach {
    const over = (family: Family): Bounds =>
      from.speaks[family] && to.speaks[family]
        ? both(side("egress", from, to, family), side("ingress", to, from, family))
        : unspoken;
    return bothFamilies(over("IPv4"), over("IPv6"));
  }

  /** Of two classes, pairs differ only in whether policies stand aside: a pod and its own node. */
  function withNodes(from: ClassParties, to: ClassParties): PairReach[] {
    const found = new Map<Answer, PairReach>();
    for (const one of from.parties) {
      for (const other of to.parties) {
        const answer = isExempt(one.end, other.end);
        if (found.has(answer)) continue;
        const key = `${from.class.number},${to.class.number},${answer}`;
        const reach = nodePairs.get(key) ?? carefully(program, one, other);
        nodePairs.set(key, reach);
        found.set(answer, reach);
        if (found.size === ANSWERS) return [...found.values()];
      }
    }
    return [...found.values()];
  }

  function reach(from: MapGroup, to: MapGroup): GroupReach {
    const isOneself = from.name === to.name;
    if (isOneself && isOneSelf(from)) return itself;
    const pairs = classed(from).flatMap((one) =>
      classed(to).flatMap((other) => {
        if (isNode(one) || isNode(other)) return withNodes(one, other);
        // Two of its pods are meant: a class of one has no other.
        const isOne =
          isOneself && one.class === other.class && one.parties.length === 1 && from.parties.length > 1;
        return isOne ? [] : [byPolicies(one.class, other.class)];
      }),
    );
    const [first] = pairs;
    if (first === undefined || new Set(pairs).size > 1) return combined(pairs);
    const known = alone.get(first) ?? combined([first]);
    alone.set(first, known);
    return known;
  }

  const sides = (from: MapGroup, to: MapGroup): FamilySides[] =>
    classed(from).flatMap((one) =>
      classed(to).flatMap((other) =>
        families
          .filter((family) => one.class.speaks[family] && other.class.speaks[family])
          .map((family) => ({
            family,
            egress: side("egress", one.class, other.class, family),
            ingress: side("ingress", other.class, one.class, family),
          })),
      ),
    );

  return { sides, reach };
}
