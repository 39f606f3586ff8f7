import type { ObjectKey, Pod } from "../cluster.ts";
import { memberOf } from "../member.ts";
import type { GroupId, GroupSelector } from "../policy.ts";
import type { Group, Member } from "../program.ts";
import { SharedMap } from "../shared-map.ts";
import { withPlaced } from "./with-placed.ts";

/** One group in the making: its members as they were last told, those that changed since, and how many policies name it. */
interface Entry {
  readonly selector: GroupSelector;
  members: readonly Member[];
  readonly changed: Map<ObjectKey, Member | undefined>;
  users: number;
}

const podOf = ({ pod }: Member): ObjectKey => pod;

/** The groups that policies name, with their members. A group that did not change is told as the same value again. */
export class GroupTable {
  readonly #entries = new Map<GroupId, Entry>();
  #told = SharedMap.empty<Group>();
  /** Groups that came, went, or have a member that came, went or changed, since the last telling. */
  readonly #stale = new Set<GroupId>();

  /** Counts one more policy that names the group; true where it is the first. */
  use(id: GroupId, selector: GroupSelector): boolean {
    const entry = this.#entries.get(id);
    if (entry !== undefined) entry.users += 1;
    else {
      this.#entries.set(id, { selector, members: [], changed: new Map(), users: 1 });
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
    entry.changed.set(key, pod === undefined ? undefined : memberOf(pod));
    this.#stale.add(id);
  }

  /** All groups, in no order. */
  tell(): ReadonlyMap<GroupId, Group> {
    if (this.#stale.size === 0) return this.#told;
    this.#told = this.#told.with([...this.#stale].map((id) => [id, this.#tellOne(id)]));
    this.#stale.clear();
    return this.#told;
  }

  #tellOne(id: GroupId): Group | undefined {
    const entry = this.#entries.get(id);
    if (entry === undefined) return undefined;
    const members = withPlaced(entry.members, podOf, entry.changed);
    entry.changed.clear();
    const told = this.#told.get(id);
    if (told?.members === members) return told;
    entry.members = members;
    return { id, selector: entry.selector, members };
  }
}
