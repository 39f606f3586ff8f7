import { type ClassChange, type ClassPair, allPairs, isSeveral } from "./all-pairs.ts";
import type { Party } from "../party.ts";
import type { Edit } from "./edit.ts";
import type { DiffSide } from "./diff-side.ts";
import { type EndClass, endClasses } from "./end-classes.ts";
import { type DiffChange, grouped } from "./grouped.ts";
import { type ChangeKind, changeKinds } from "./pair-changes.ts";
import { type TwoClusters, twoClusters } from "./two-clusters.ts";

/** How two clusters differ in who reaches whom. */
export interface ClustersDiff {
  readonly changes: readonly DiffChange[];
  /** Of each kind, how many pairs of ends; the world is one end. */
  readonly counts: Readonly<Record<ChangeKind, number>>;
  /** Ends that only one side has, by name. */
  readonly added: readonly Party[];
  readonly removed: readonly Party[];
}

/** What of two clusters is compared. */
export interface DiffOptions {
  /** `shared`: pairs of ends that both sides have. `all`: an end that one side lacks could reach nobody there. */
  readonly pairs: "shared" | "all";
  /** Is told how many of all sources have been compared, now and then. */
  readonly onStep?: (done: number, all: number) => void;
}

const isShared = ({ versions: { before, after } }: EndClass): boolean =>
  before !== undefined && after !== undefined;

const isWorld = ({ outside }: EndClass): boolean => outside !== undefined;

/** How many pairs of ends two classes are. */
function countOf({ from, to }: ClassPair): number {
  const all = Math.max(from.members.length, 1) * Math.max(to.members.length, 1);
  return from === to ? all - from.members.filter((end) => !isSeveral(end)).length : all;
}

function counted(found: readonly ClassChange[]): ClustersDiff["counts"] {
  const nameOf = (each: EndClass): string => (isWorld(each) ? "world" : String(each.id));
  const counts = changeKinds.map((kind): [ChangeKind, number] => {
    const own = found.filter((each) => each.kind === kind);
    const pairs = new Map(own.map((pair) => [`${nameOf(pair.from)} ${nameOf(pair.to)}`, countOf(pair)]));
    return [kind, [...pairs.values()].reduce((sum, count) => sum + count, 0)];
  });
  return Object.fromEntries(counts) as ClustersDiff["counts"];
}

const only = (clusters: TwoClusters, change: Edit["change"]): Party[] =>
  clusters.parties.flatMap(({ before, after, edit }) =>
    edit?.change === change ? [after ?? before].filter((party) => party !== undefined) : [],
  );

/**
 * What opens, closes, widens and narrows from one cluster to the other, exactly: every pair of ends, every port, every
 * address outside. Pairs are told in groups, each with the edits that cause it. Of ends that only one side has, who they
 * are is told, and with `all` whom they reach, too.
 */
export function clustersDiff(
  before: DiffSide,
  after: DiffSide,
  { pairs, onStep }: DiffOptions = { pairs: "shared" },
): ClustersDiff {
  const clusters = twoClusters(before, after);
  const classes = endClasses(clusters, [...before.inhabited, ...after.inhabited]).filter(
    (each) => pairs === "all" || isShared(each),
  );
  const found = allPairs(classes, clusters, onStep);
  return {
    changes: grouped(found),
    counts: counted(found),
    added: only(clusters, "added"),
    removed: only(clusters, "removed"),
  };
}
