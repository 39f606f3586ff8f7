import type { Namespace, Pod } from "../cluster.ts";
import type { GroupId, GroupSelector } from "../policy.ts";
import { Drawers, filedUnder, pairsOf } from "./filing.ts";

const ANY = "";

const drawer = (namespacePart: string, podPart: string): string => `${namespacePart}\n\n${podPart}`;

const named = (namespace: string): string => `=${namespace}`;

function drawersOf({ namespaces, pods }: GroupSelector): string[] {
  const namespaceParts =
    namespaces.kind === "named" ? [named(namespaces.name)] : (filedUnder(namespaces.selector) ?? [ANY]);
  const podParts = filedUnder(pods) ?? [ANY];
  return namespaceParts.flatMap((namespacePart) => podParts.map((podPart) => drawer(namespacePart, podPart)));
}

/**
 * Finds the groups that a pod may be in without asking every group: each is filed under one label of the namespace and
 * one of the pod that its members must have. A pod then looks into as many drawers as it and its namespace have labels,
 * multiplied: dozens, however many groups there are.
 */
export class GroupIndex {
  readonly #groups = new Drawers<GroupId>();

  add(id: GroupId, selector: GroupSelector): void {
    for (const each of drawersOf(selector)) this.#groups.add(each, id);
  }

  delete(id: GroupId, selector: GroupSelector): void {
    for (const each of drawersOf(selector)) this.#groups.delete(each, id);
  }

  /** A superset of the groups that the pod is in. */
  candidates(pod: Pick<Pod, "namespace" | "labels">, namespace: Namespace | undefined): Set<GroupId> {
    const podParts = [ANY, ...pairsOf(pod.labels)];
    const found = new Set<GroupId>();
    for (const namespacePart of [ANY, named(pod.namespace), ...pairsOf(namespace?.labels ?? {})]) {
      for (const podPart of podParts) {
        for (const id of this.#groups.get(drawer(namespacePart, podPart))) found.add(id);
      }
    }
    return found;
  }
}
