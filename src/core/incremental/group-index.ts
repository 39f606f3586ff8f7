import type { Namespace, Pod } from "../cluster.ts";
import type { GroupId, GroupSelector } from "../policy.ts";
import type { Labels, Selector } from "../selector.ts";

/** Texts that no label key can hold stand between the parts. */
const pair = (key: string, value: string): string => `${key}\n${value}`;

/**
 * The labels under which a selector is filed: those of its narrowest `in` requirement, as whoever matches it has
 * exactly one of them. A selector without one is filed under the empty text, where everybody looks.
 */
function filedUnder(selector: Selector): string[] {
  if (selector.kind === "nothing") return [];
  const listing = selector.requirements.flatMap((each) => (each.kind === "in" ? [each] : []));
  const [narrowest] = listing.toSorted((a, b) => a.values.length - b.values.length);
  return narrowest === undefined ? [""] : narrowest.values.map((value) => pair(narrowest.key, value));
}

const lookedUp = (labels: Labels): string[] => [
  "",
  ...Object.entries(labels).map(([key, value]) => pair(key, value)),
];

const drawer = (namespacePart: string, podPart: string): string => `${namespacePart}\n\n${podPart}`;

const named = (namespace: string): string => `=${namespace}`;

function drawersOf({ namespaces, pods }: GroupSelector): string[] {
  const namespaceParts =
    namespaces.kind === "named" ? [named(namespaces.name)] : filedUnder(namespaces.selector);
  const podParts = filedUnder(pods);
  return namespaceParts.flatMap((namespacePart) => podParts.map((podPart) => drawer(namespacePart, podPart)));
}

/**
 * Finds the groups that a pod may be in without asking every group: each is filed under one label of the namespace and
 * one of the pod that its members must have. A pod then looks into as many drawers as it and its namespace have labels,
 * multiplied: dozens, however many groups there are.
 */
export class GroupIndex {
  readonly #drawers = new Map<string, Set<GroupId>>();

  add(id: GroupId, selector: GroupSelector): void {
    for (const key of drawersOf(selector)) {
      const ids = this.#drawers.get(key);
      if (ids === undefined) this.#drawers.set(key, new Set([id]));
      else ids.add(id);
    }
  }

  delete(id: GroupId, selector: GroupSelector): void {
    for (const key of drawersOf(selector)) {
      const ids = this.#drawers.get(key);
      ids?.delete(id);
      if (ids?.size === 0) this.#drawers.delete(key);
    }
  }

  /** A superset of the groups that the pod is in. */
  candidates(pod: Pick<Pod, "namespace" | "labels">, namespace: Namespace | undefined): Set<GroupId> {
    const podParts = lookedUp(pod.labels);
    const found = new Set<GroupId>();
    for (const namespacePart of [named(pod.namespace), ...lookedUp(namespace?.labels ?? {})]) {
      for (const podPart of podParts) {
        for (const id of this.#drawers.get(drawer(namespacePart, podPart)) ?? []) found.add(id);
      }
    }
    return found;
  }
}
