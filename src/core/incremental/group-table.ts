import type { ObjectKey, Pod } from "../cluster.ts";
import { memberOf } from "../member.ts";
import type { GroupId, GroupSelector } from "../policy.ts";
import type { Group, Member } from "../program.ts";

/** One group in the making: its members, and how many policies name it. */
interface Entry {
  readonly selector: GroupSelector;
  readonly members: Map<ObjectKey, Member>;
  users: number;
}

const byPod = (a: Member, b: Member): number => (a.pod < b.pod ? -1 : a.pod > b.pod ? 1 : 0);

/** The groups that policies name, with their members. A group that did not change is told as the same value again. */
export class GroupTable {
  readonly #entries = new Map<GroupId, Entry>();
  #told: ReadonlyMap<GroupId, Group> = new Map();
  /** Groups that came, went, or have a member that came, went or changed, since the last telling. */
  readonly #stale = new Set<GroupId>();

  /** Counts one more policy that names the group; true where it is the first. */
  use(id: GroupId, selector: GroupSelector): boolean {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.users += 1;
    else {
      this.#entries.set(id, { selector, members: new Map(), users: 1 });
      this.#stale.add(id);
    }
    return entry === undefined;
  }

  /** Counts one policy less; true where it was the last, and the group is gone. */
  drop(id: GroupId): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    entry.users -= 1;
    if (entry.users > 0) return false;
    this.#entries.delete(id);
    this.#stale.add(id);
    return true;
  }

  selector(id: GroupId): GroupSelector | undefined {
    return this.#entries.get(id)?.selector;
  }

  setMember(id: GroupId, key: ObjectKey, pod: Pod | undefined): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    if (pod === undefined) {
      if (!entry.members.delete(key)) return;
    } else entry.members.set(key, memberOf(pod));
    this.#stale.add(id);
  }

  /** All groups, in no order. */
  tell(): ReadonlyMap<GroupId, Group> {
    if (this.#stale.size === 0) return this.#told;
    const told = new Map(this.#told);
    for (const id of this.#stale) {
      const entry = this.#entries.get(id);
      if (entry === undefined) told.delete(id);
      else told.set(id, { id, selector: entry.selector, members: [...entry.members.values()].sort(byPod) });
    }
    this.#stale.clear();
    this.#told = told;
    return told;
  }
}
