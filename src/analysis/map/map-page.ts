import type { Direction, RuleId } from "../../core/policy.ts";
import { type Traffic, equalTraffic, isNoTraffic, noTraffic } from "../../core/traffic.ts";
import type { Side } from "../../core/evaluate.ts";
import { type AllowedTraffic, formatTraffic } from "../connectivity-map.ts";
import { isExempt } from "../../core/end.ts";
import type { MapGroup } from "./map-end.ts";
import type { MapPair } from "./map-pairs.ts";
import type { Reacher } from "./map-reach.ts";
import { type Interned, interned } from "./interned.ts";
import type { At, PageCell, PageData, PageEnd, PagePolicy, PageSide } from "./page-data.ts";

/** A policy, and where it and its rules were written. */
export interface WrittenPolicy {
  readonly name: string;
  readonly place: string;
  readonly rules: Readonly<Record<Direction, readonly string[]>>;
}

export interface PageInput {
  readonly about: readonly string[];
  readonly initial: PageData["initial"];
  readonly sources: readonly MapGroup[];
  readonly destinations: readonly MapGroup[];
  readonly pairs: readonly MapPair[];
  readonly reacher: Pick<Reacher, "sides">;
  readonly policies: readonly WrittenPolicy[];
}

const pageEnd = ({ end, name, parties }: MapGroup): PageEnd => {
  if (end.cidr !== undefined) return { name, group: "outside", kind: "cidr" };
  if (end.node !== undefined) return { name, group: "nodes", kind: "node" };
  const pods = parties.length > 1 ? { pods: parties.length } : {};
  return { name, group: name.slice(0, name.indexOf("/")), kind: "pod", ...pods };
};

interface Lists {
  readonly traffics: Interned<Traffic, AllowedTraffic>;
  readonly sides: Interned<Side, PageSide>;
  readonly policies: ReadonlyMap<string, At>;
}

function pageSide({ isolatedBy, rules }: Side, { policies, traffics }: Omit<Lists, "sides">): PageSide {
  const policy = (key: RuleId["policy"]): At => policies.get(key) ?? -1;
  return {
    policies: isolatedBy.map(policy),
    rules: rules
      .filter(({ possible }) => !isNoTraffic(possible))
      .map(({ rule, certain, possible }) => ({
        policy: policy(rule.policy),
        index: rule.index,
        certain: traffics.at(certain),
        ...(!equalTraffic(certain, possible) && { possible: traffics.at(possible) }),
      })),
  };
}

/** Why policies have no say, if they have none; for several pods, the first of them. */
function exemption({ from, to, reach }: MapPair): PageCell["exempt"] {
  const [[a], [b]] = [from.parties, to.parties];
  if (a === undefined || b === undefined) return undefined;
  if (from.name === to.name)
    return a.several || from.parties.length > 1 || a.end.kind !== "pod" ? undefined : "self";
  if (a.end.kind !== "node" && b.end.kind !== "node") return undefined;
  const answers = new Set(
    from.parties.flatMap((one) => to.parties.map((other) => isExempt(one.end, other.end))),
  );
  if (answers.has("maybe")) return isNoTraffic(reach.depends) ? undefined : "maybe node";
  return answers.has("yes") ? "node" : undefined;
}

function pageCell(pair: MapPair, reacher: PageInput["reacher"], lists: Lists): PageCell {
  const { all, some, depends, byFamily } = pair.reach;
  const { IPv4 = noTraffic, IPv6 = noTraffic } = byFamily;
  const { traffics, sides } = lists;
  const exempt = [pair.from, pair.to].some(({ end }) => end.cidr !== undefined) ? undefined : exemption(pair);
  const reasons = new Map<string, PageCell["reasons"][number]>();
  const told = exempt === "self" ? [] : reacher.sides(pair.from, pair.to);
  for (const { family, egress, ingress } of told) {
    const [e, i] = [sides.at(egress), sides.at(ingress)];
    const key = `${e},${i}`;
    const known = reasons.get(key);
    if (known === undefined) reasons.set(key, { family, egress: e, ingress: i });
    else if (known.family !== family) reasons.set(key, { egress: e, ingress: i });
  }
  const isOneReason = reasons.size === 1;
  return {
    all: traffics.at(all),
    ...(!equalTraffic(all, some) && { some: traffics.at(some) }),
    ...(!isNoTraffic(depends) && { depends: traffics.at(depends) }),
    ...(byFamily.IPv4 &&
      byFamily.IPv6 &&
      !equalTraffic(IPv4, IPv6) && { byFamily: { IPv4: traffics.at(IPv4), IPv6: traffics.at(IPv6) } }),
    ...(exempt && { exempt }),
    reasons: [...reasons.values()].map(({ egress, ingress, family }) => ({
      egress,
      ingress,
      ...(!isOneReason && family && { family }),
    })),
  };
}

/** Everything that the page shows, in as few values as there are. */
export function mapPage({
  about,
  initial,
  sources,
  destinations,
  pairs,
  reacher,
  policies,
}: PageInput): PageData {
  const groups = new Map([...sources, ...destinations].map((group) => [group.name, group]));
  const numbers = new Map([...groups.keys()].map((name, i) => [name, i]));
  const traffics = interned(formatTraffic, (text) => JSON.stringify(text));
  const places = new Map(policies.map(({ name }, i) => [name, i]));
  const sides = interned(
    (side: Side) => pageSide(side, { policies: places, traffics }),
    (text) => JSON.stringify(text),
  );
  const lists: Lists = { traffics, sides, policies: places };
  const cells = interned(
    (pair: MapPair) => pageCell(pair, reacher, lists),
    (text) => JSON.stringify(text),
  );
  const rows = Array.from(groups, () => Array.from(groups, (): At => -1));
  for (const pair of pairs) {
    const row = rows[numbers.get(pair.from.name) ?? -1];
    const column = numbers.get(pair.to.name);
    if (row !== undefined && column !== undefined) row[column] = cells.at(pair);
  }
  return {
    about,
    initial,
    ends: [...groups.values()].map(pageEnd),
    traffics: traffics.list,
    policies: policies.map(({ name, place, rules }): PagePolicy => ({ name, place, rules })),
    sides: sides.list,
    cells: cells.list,
    rows,
  };
}
