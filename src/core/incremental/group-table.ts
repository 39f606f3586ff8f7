import type { ObjectKey, Pod } from "../cluster.ts";
import { memberOf } from "../member.ts";
import type { GroupId, GroupSelector } from "../policy.ts";
import type { Group, Member } from "../program.ts";

/** One group in the making: its members, and how many policies name it. */
interface Entry {
  readonly selector: GroupSelector;
  readonly members: Map<ObjectKey, Member>;
  users: number;
  /** The group as it was last told; `undefined` once a member has come, gone or changed. */
  told: Group | undefined;
}

const byPod = (a: Member, b: Member): number => (a.pod < b.pod ? -1 : a.pod > b.pod ? 1 : 0);

/** The groups that policies name, with their members. A group that did not change is told as the same value again. */
export class GroupTable {
  readonly #entries = new Map<GroupId, Entry>();

  /** Counts one more policy that names the group; true where it is the first. */
  use(id: GroupId, selector: GroupSelector): boolean {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.users += 1;
    else this.#entries.set(id, { selector, members: new Map(), users: 1, told: undefined });
    return entry === undefined;
  }

  /** Counts one policy less; true where it was the last, and the group is gone. */
  drop(id: GroupId): boolean {
    const entry = this.#entries.get(id);
    if (entry === undefined) return false;
    entry.users -= 1;
    return entry.users === 0 && this.#entries.delete(id);
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
    entry.told = undefined;
  }

  /** All groups, sorted by id. */
  tell(): Map<GroupId, Group> {
    const ids = [...this.#entries.keys()].sort();
    return new Map(
      ids.flatMap((id): [GroupId, Group][] => {
        const entry = this.#entries.get(id);
        if (entry === undefined) return [];
        entry.told ??= { id, selector: entry.selector, members: [...entry.members.values()].sort(byPod) };
        return [[id, entry.told]];
      }),
    );
  }
}
