import { type Address, formatAddress } from "../../core/address.ts";
import { type Cidr, isInCidr } from "../../core/cidr.ts";
import { type Namespace, type ObjectKey, type Pod, keyOf } from "../../core/cluster.ts";
import { Drawers } from "../../core/incremental/filing.ts";
import { GroupIndex } from "../../core/incremental/group-index.ts";
import { isMember, memberOf } from "../../core/member.ts";
import type { GroupId } from "../../core/policy.ts";
import type { Group, Member } from "../../core/program.ts";
import { withPlaced } from "../../core/incremental/with-placed.ts";
import { sameMember } from "./known-members.ts";

interface Known {
  readonly group: Group;
  /** Published members that may be pods of this node. */
  readonly near: readonly Member[];
  /** This node's own pods that are in it, whatever is published. */
  readonly own: Map<ObjectKey, Member>;
}

/** Milliseconds for which an address that a pod of this node had is not believed to be its: a publication takes far less. */
const GHOST = 30_000;

const textsOf = ({ addresses }: Pick<Pod, "addresses">): string[] =>
  addresses === "unknown" ? [] : addresses.map(formatAddress);

const podOf = ({ pod }: Member): ObjectKey => pod;

/** Of members that are sorted by pod. */
function memberAt(members: readonly Member[], pod: ObjectKey): Member | undefined {
  let from = 0;
  let to = members.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if ((members[middle]?.pod ?? "") < pod) from = middle + 1;
    else to = middle;
  }
  return members[from]?.pod === pod ? members[from] : undefined;
}

/**
 * Puts right what is published of this node's own pods. The node knows them first, and best: one that is new is in its groups
 * at once, one that is gone is in none, and an address that one has is nobody else's. Where what is published is as new as what
 * the node knows, it changes nothing.
 */
export class OwnMembers {
  readonly #index = new GroupIndex();
  readonly #groups = new Map<GroupId, Known>();
  /** By the addresses of published members that may be this node's. */
  readonly #byAddress = new Drawers<GroupId>();
  readonly #namespaces = new Map<string, Namespace>();
  #podCidrs: readonly Cidr[] = [];
  /** Whether all addresses of this node's pods are in its blocks, and so no others need be looked at. */
  #isConfined = false;
  #pods: ReadonlyMap<ObjectKey, Pod> = new Map();
  #owners: ReadonlyMap<string, ObjectKey> = new Map();
  /** `key address` of what was a pod of this node, and until when it is not believed. */
  readonly #ghosts = new Map<string, { readonly address: string; readonly until: number }>();

  /** Takes a group as it is published, or that it is known no more. */
  setGroup(id: GroupId, group: Group | undefined): void {
    const before = this.#groups.get(id);
    for (const member of before?.near ?? [])
      for (const text of textsOf(member)) this.#byAddress.delete(text, id);
    if (group === undefined) {
      if (before !== undefined) this.#index.delete(id, before.group.selector);
      this.#groups.delete(id);
      return;
    }
    const near = group.members.filter((member) => this.#isNear(member));
    for (const member of near) for (const text of textsOf(member)) this.#byAddress.add(text, id);
    if (before === undefined) this.#index.add(id, group.selector);
    this.#groups.set(id, { group, near, own: before?.own ?? this.#ownOf(group) });
  }

  /** All that follow tell which groups they may have changed. */
  setNamespace(name: string, namespace: Namespace | undefined): ReadonlySet<GroupId> {
    const before = this.#namespaces.get(name);
    if (namespace === undefined) this.#namespaces.delete(name);
    else this.#namespaces.set(name, namespace);
    const touched = new Set<GroupId>();
    for (const pod of this.#pods.values())
      if (pod.namespace === name) this.#review(keyOf(pod), [[pod, before]], pod, touched);
    return touched;
  }

  /** This node's blocks: pods of other nodes have no address in them, as long as its own have all of theirs there. */
  setPodCidrs(podCidrs: readonly Cidr[]): ReadonlySet<GroupId> {
    this.#podCidrs = podCidrs;
    this.#isConfined = this.#areConfined();
    return this.#refile();
  }

  /** `pods` are the node's own live pods. */
  setPods(pods: readonly Pod[], now: number): ReadonlySet<GroupId> {
    const touched = new Set<GroupId>();
    const before = this.#pods;
    const after = new Map(pods.map((pod) => [keyOf(pod), pod]));
    const changed = new Set(
      [...before.keys(), ...after.keys()].filter((key) => before.get(key) !== after.get(key)),
    );
    this.#pods = after;
    for (const key of changed) {
      const [former, pod] = [before.get(key), after.get(key)];
      const namespace = this.#namespaces.get(key.split("/", 1)[0] ?? "");
      this.#review(key, former === undefined ? [] : [[former, namespace]], pod, touched);
      this.#haunt(key, former, pod, now);
      for (const [id, { group }] of this.#groups)
        if (memberAt(group.members, key) !== undefined) touched.add(id);
      for (const each of [former, pod])
        for (const text of each === undefined ? [] : textsOf(each))
          for (const id of this.#byAddress.get(text)) touched.add(id);
    }
    this.#owners = new Map(pods.flatMap((pod) => textsOf(pod).map((text) => [text, keyOf(pod)] as const)));
    const isConfined = this.#areConfined();
    if (this.#isConfined === isConfined) return touched;
    this.#isConfined = isConfined;
    return touched.union(this.#refile());
  }

  /** Believes again what has not been believed for long enough. */
  expire(now: number): ReadonlySet<GroupId> {
    const touched = new Set<GroupId>();
    for (const [pair, { address, until }] of this.#ghosts) {
      if (until > now) continue;
      this.#ghosts.delete(pair);
      for (const id of this.#byAddress.get(address)) touched.add(id);
    }
    return touched;
  }

  nextDue(): number | undefined {
    // In the order in which they came, and all last equally long.
    for (const { until } of this.#ghosts.values()) return until;
    return undefined;
  }

  /** The group as it is from here; the published value itself where nothing differs. */
  correct(id: GroupId): Group | undefined {
    const known = this.#groups.get(id);
    if (known === undefined) return undefined;
    const { group, near, own } = known;
    const changes = new Map<ObjectKey, Member | undefined>();
    for (const key of this.#pods.keys()) {
      const published = memberAt(group.members, key);
      const here = own.get(key);
      const isSame =
        here === undefined || published === undefined ? here === published : sameMember(here, published);
      if (!isSame) changes.set(key, here);
    }
    for (const member of near) {
      const believed = this.#pods.has(member.pod) ? member : this.#believed(member);
      if (believed !== member) changes.set(member.pod, believed);
    }
    const members = withPlaced(group.members, podOf, changes);
    return members === group.members ? group : { ...group, members };
  }

  #believed(member: Member): Member | undefined {
    if (member.addresses === "unknown") return member;
    const addresses = member.addresses.filter((address) => {
      const text = formatAddress(address);
      return !this.#owners.has(text) && !this.#ghosts.has(`${member.pod} ${text}`);
    });
    if (addresses.length === member.addresses.length) return member;
    return addresses.length === 0 ? undefined : { ...member, addresses };
  }

  #haunt(key: ObjectKey, before: Pod | undefined, after: Pod | undefined, now: number): void {
    for (const text of after === undefined ? [] : textsOf(after)) this.#ghosts.delete(`${key} ${text}`);
    const kept = new Set(after === undefined ? [] : textsOf(after));
    for (const address of before === undefined ? [] : textsOf(before)) {
      if (kept.has(address)) continue;
      const pair = `${key} ${address}`;
      // Last again, so that they stay in the order of their ends.
      this.#ghosts.delete(pair);
      this.#ghosts.set(pair, { address, until: now + GHOST });
    }
  }

  /** Puts a pod into the groups that it is in now, and out of those in which one of its former selves was. */
  #review(
    key: ObjectKey,
    former: readonly (readonly [Pod, Namespace | undefined])[],
    pod: Pod | undefined,
    touched: Set<GroupId>,
  ): void {
    const candidates = new Set(former.flatMap((each) => [...this.#index.candidates(...each)]));
    const namespace = pod === undefined ? undefined : this.#namespaces.get(pod.namespace);
    if (pod !== undefined) for (const id of this.#index.candidates(pod, namespace)) candidates.add(id);
    const member = pod === undefined ? undefined : memberOf(pod);
    for (const id of candidates) {
      const known = this.#groups.get(id);
      if (known === undefined) continue;
      if (pod !== undefined && member !== undefined && isMember(known.group.selector, pod, namespace))
        known.own.set(key, member);
      else if (!known.own.delete(key)) continue;
      touched.add(id);
    }
  }

  #ownOf({ selector }: Group): Map<ObjectKey, Member> {
    const own = [...this.#pods].filter(([, pod]) =>
      isMember(selector, pod, this.#namespaces.get(pod.namespace)),
    );
    return new Map(own.map(([key, pod]) => [key, memberOf(pod)]));
  }

  #refile(): ReadonlySet<GroupId> {
    const all = [...this.#groups];
    for (const [id, { group }] of all) this.setGroup(id, group);
    return new Set(all.map(([id]) => id));
  }

  #areConfined(): boolean {
    return (
      this.#podCidrs.length > 0 &&
      [...this.#pods.values()].every(
        ({ addresses }) => addresses === "unknown" || addresses.every((address) => this.#isInBlocks(address)),
      )
    );
  }

  #isInBlocks(address: Address): boolean {
    return this.#podCidrs.some((block) => isInCidr(address, block));
  }

  #isNear({ addresses }: Member): boolean {
    if (addresses === "unknown" || !this.#isConfined) return true;
    return addresses.some((address) => this.#isInBlocks(address));
  }
}
