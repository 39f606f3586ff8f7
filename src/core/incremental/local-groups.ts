import { difference } from "../difference.ts";
import { type SubjectClass, namedGroups } from "../node-program.ts";
import type { GroupId } from "../policy.ts";
import type { Group } from "../program.ts";
import { SharedMap } from "../shared-map.ts";

/** The groups that one node's classes name, kept up: a change costs the classes and groups that changed. */
export class LocalGroups {
  #classes: readonly SubjectClass[] = [];
  #all: ReadonlyMap<GroupId, Group> = SharedMap.empty<Group>();
  #named = SharedMap.empty<Group>();
  /** How many rules name each. */
  readonly #users = new Map<GroupId, number>();

  /** `all` are the program's. The same map where nothing that it tells of changed. */
  take(classes: readonly SubjectClass[], all: ReadonlyMap<GroupId, Group>): ReadonlyMap<GroupId, Group> {
    const { gone, come } = difference(this.#classes, classes);
    const touched = new Set(SharedMap.differing(this.#all, all));
    this.#count(come, 1, touched);
    this.#count(gone, -1, touched);
    this.#classes = classes;
    this.#all = all;
    this.#named = this.#named.with(
      [...touched].map((id) => [id, this.#users.has(id) ? all.get(id) : undefined]),
    );
    return this.#named;
  }

  #count(classes: readonly SubjectClass[], step: number, touched: Set<GroupId>): void {
    for (const id of classes.flatMap(({ rules }) => rules.flatMap(namedGroups))) {
      const users = (this.#users.get(id) ?? 0) + step;
      if (users === 0) this.#users.delete(id);
      else this.#users.set(id, users);
      touched.add(id);
    }
  }
}
