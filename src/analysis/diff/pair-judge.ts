import { type Family, families } from "../../core/address.ts";
import type { End } from "../../core/end.ts";
import { type Bounds, judge } from "../../core/evaluate.ts";
import { isMember, memberOf } from "../../core/member.ts";
import { type GroupId, type GroupSelector, type Policy, directions } from "../../core/policy.ts";
import type { Group, Program } from "../../core/program.ts";
import { noTraffic } from "../../core/traffic.ts";
import { compareEdits, editId, type Edit } from "./edit.ts";
import type { EndClass } from "./end-classes.ts";
import { versionWith } from "./versions.ts";

/** What may pass, over each family. */
export type FamilyBounds = Readonly<Record<Family, Bounds>>;

/** A pair of ends, which can be judged in any cluster between the two that are compared. */
export interface PairJudge {
  /** The edits that can make a difference to the pair, sorted. */
  readonly edits: readonly Edit[];
  /** What may pass where only these edits are made. */
  with(made: ReadonlySet<Edit>): FamilyBounds;
}

const NOTHING: FamilyBounds = {
  IPv4: { certain: noTraffic, possible: noTraffic },
  IPv6: { certain: noTraffic, possible: noTraffic },
};

/** The program of a cluster of these two ends alone, with the policies that isolate either. */
function programOf(
  policies: readonly Policy[],
  selectors: ReadonlyMap<GroupId, GroupSelector>,
  ends: readonly { readonly end: End; readonly of: EndClass }[],
  made: ReadonlySet<Edit>,
): Program {
  const pods = ends.flatMap(({ end, of }) =>
    end.kind === "pod" ? [{ pod: end.pod, namespace: of.namespace && versionWith(of.namespace, made) }] : [],
  );
  const groups = new Map<GroupId, Group>();
  for (const policy of policies) {
    for (const { peers } of directions.flatMap((direction) => policy.rules[direction])) {
      for (const id of peers.kind === "some" ? peers.groups : []) {
        const selector = selectors.get(id);
        if (selector === undefined || groups.has(id)) continue;
        const members = pods.filter(({ pod, namespace }) => isMember(selector, pod, namespace));
        groups.set(id, { id, selector, members: members.map(({ pod }) => memberOf(pod)) });
      }
    }
  }
  return { tiers: [{ kind: "allow-list", policies }], groups };
}

/** `isItself`: another pod of the same workload is asked. */
export function pairJudge(
  from: EndClass,
  to: EndClass,
  { groups, isItself }: { groups: ReadonlyMap<GroupId, GroupSelector>; isItself: boolean },
): PairJudge {
  const policies = [...new Set([...from.isolating.egress, ...to.isolating.ingress])];
  const edits = [
    ...new Set([
      ...from.own,
      ...to.own,
      ...policies.flatMap(({ edit }) => (edit === undefined ? [] : [edit])),
    ]),
  ].sort(compareEdits);
  const known = new Map<string, FamilyBounds>();

  function judged(made: ReadonlySet<Edit>): FamilyBounds {
    const [source, other] = [versionWith(from.versions, made), versionWith(to.versions, made)];
    if (source === undefined || other === undefined) return NOTHING;
    const end: End = isItself && other.end.kind === "pod" ? { ...other.end, replica: 1 } : other.end;
    const standing = policies.flatMap((policy) => versionWith(policy, made) ?? []);
    const ends = [
      { end: source.end, of: from },
      { end, of: to },
    ];
    const program = programOf(standing, groups, ends, made);
    const of = (family: Family): Bounds => {
      const { certain, possible } = judge(program, source.end, end, family);
      return { certain, possible };
    };
    const [IPv4, IPv6] = families.map(of);
    return IPv4 === undefined || IPv6 === undefined ? NOTHING : { IPv4, IPv6 };
  }

  return {
    edits,
    with(made) {
      const id = edits
        .filter((edit) => made.has(edit))
        .map(editId)
        .join();
      const bounds = known.get(id) ?? judged(made);
      known.set(id, bounds);
      return bounds;
    },
  };
}
