import type { Cause } from "../analysis/diff/diff-report.ts";
import { type Edit, editId } from "../analysis/diff/edit.ts";
import type { SourcedObject } from "../kube/files/manifest-set.ts";
import { nameOf } from "../kube/read-objects.ts";
import { fieldText } from "../kube/validation/field-path.ts";
import { changedField } from "./changed-field.ts";
import type { DiffSides } from "./diff-sides.ts";
import type { Loaded } from "./load-source.ts";

const NAMES: Readonly<Record<Edit["kind"], string>> = {
  policy: "NetworkPolicy ",
  namespace: "Namespace ",
  end: "",
};

function sourceOf({ kind, key }: Edit, { cluster }: Loaded): SourcedObject | undefined {
  const { policies, namespaces, pods } = cluster.sources;
  switch (kind) {
    case "policy":
      return policies.get(key);
    case "namespace":
      return namespaces.get(key);
    case "end": {
      // A single pod of a workload is said to be where the workload is.
      const owner = cluster.workloads.find(({ replicaPods }) =>
        replicaPods.some(({ namespace, name }) => `${namespace}/${name}` === key),
      );
      return pods.get(key) ?? owner?.source;
    }
  }
}

function causeOf(edit: Edit, { before, after }: DiffSides): Cause {
  const [old, fresh] = [sourceOf(edit, before), sourceOf(edit, after)];
  const source = fresh ?? old;
  if (source === undefined) return { change: edit.change, object: `${NAMES[edit.kind]}${edit.key}` };
  const path = old === undefined || fresh === undefined ? [] : changedField(old, fresh);
  const { file, line, column, live } = source.locate(path);
  return {
    change: edit.change,
    object: nameOf(source),
    ...(path.length > 0 && { field: fieldText(path) }),
    ...(live === undefined && { file, line, column }),
  };
}

/** Where each edit was written, by `editId`. */
export const diffCauses = (edits: readonly Edit[], sides: DiffSides): Map<string, Cause> =>
  new Map(edits.map((edit) => [editId(edit), causeOf(edit, sides)]));
