import { formatTraffic } from "../connectivity-map.ts";
import type { Party } from "../party.ts";
import { countOf, diffEvents } from "./count-changes.ts";
import { diffEnds } from "./diff-ends.ts";
import { type Cause, type DiffReport, causesOf } from "./diff-report.ts";
import type { DiffChange } from "./grouped.ts";
import { editId } from "./edit.ts";
import { noAddresses } from "../../core/address-set.ts";

const causeJson = ({ change, object, field, file, line, column }: Cause): unknown => ({
  change,
  object,
  field,
  file,
  line,
  column,
});

/** Versioned and sorted: each change from every end of `from` to every end of `to`. */
export function diffJson(report: DiffReport): string {
  const { diff, causes, incomplete } = report;
  const changeJson = ({ kind, from, to, family, before, after, traffic, edits }: DiffChange): unknown => ({
    change: kind,
    from: diffEnds(from),
    to: diffEnds(to),
    family,
    before,
    after,
    traffic: formatTraffic(traffic),
    causes: causesOf(edits, report).map(causeJson),
  });
  const endJson =
    (change: Cause["change"]) =>
    ({ name }: Party): unknown => {
      const cause = causes.get(editId({ kind: "end", key: name, change }));
      const [end] = diffEnds({ names: [name], outside: noAddresses });
      return { ...end, ...(cause !== undefined && { cause: causeJson(cause) }) };
    };
  const json = {
    apiVersion: "selvedge.dev/v1alpha1",
    kind: "ConnectivityDiff",
    changes: diff.changes.map(changeJson),
    added: diff.added.map(endJson("added")),
    removed: diff.removed.map(endJson("removed")),
    counts: Object.fromEntries(diffEvents.map((event) => [event, countOf(diff, event)])),
    incomplete,
  };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
