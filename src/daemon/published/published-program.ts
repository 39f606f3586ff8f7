import type { Cidr } from "../../core/cidr.ts";
import { type Namespace, type ObjectKey, type Pod, keyOf } from "../../core/cluster.ts";
import type { GroupId, GroupSelector } from "../../core/policy.ts";
import type { Group, Program } from "../../core/program.ts";
import { sameList } from "../../core/same-list.ts";
import { SharedMap } from "../../core/shared-map.ts";
import { OwnMembers } from "./own-members.ts";
import { PeerBook } from "./peer-book.ts";
import { PublishedGroups } from "./published-groups.ts";
import type { PublishedObject, PublishedTrouble } from "./published-object.ts";
import { PublishedPolicies } from "./published-policies.ts";

/** Whom a group selects of which nothing is known: nobody. */
const nobody: GroupSelector = {
  namespaces: { kind: "selected", selector: { kind: "nothing" } },
  pods: { kind: "nothing" },
};

/**
 * The program that a controller has published, as one node reads it: the policies of CompiledPolicies, the groups of
 * AddressGroups, and this node's own pods as it knows them itself. What did not change is the same value from one telling to
 * the next. Times are given, in milliseconds of a monotonic clock.
 */
export class PublishedProgram {
  readonly #groups = new PublishedGroups();
  readonly #policies = new PublishedPolicies((id) => this.#groups.get(id) !== undefined);
  readonly #own = new OwnMembers();
  readonly #peers = new PeerBook();
  #told = SharedMap.empty<Group>();
  readonly #stale = new Set<GroupId>();
  #ownPods: readonly Pod[] = [];
  #pods: { readonly own: readonly Pod[]; readonly peers: readonly Pod[]; readonly all: readonly Pod[] } = {
    own: [],
    peers: [],
    all: [],
  };

  /** Takes an object as it now is, or that it is gone; whether its spec is another than before. */
  setPolicy(key: ObjectKey, object: PublishedObject | undefined, now: number): boolean {
    return this.#policies.take(key, object, now);
  }

  setSlice(name: string, object: PublishedObject | undefined, now: number): boolean {
    const id = this.#groups.take(name, object, now);
    if (id === undefined) return false;
    this.#own.setGroup(id, this.#groups.get(id));
    this.#stale.add(id);
    return true;
  }

  setNamespace(name: string, namespace: Namespace | undefined): void {
    this.#touch(this.#own.setNamespace(name, namespace));
  }

  /** This node's own live pods. */
  setPods(pods: readonly Pod[], now: number): void {
    if (pods === this.#ownPods) return;
    this.#ownPods = pods;
    this.#touch(this.#own.setPods(pods, now));
  }

  setPodCidrs(podCidrs: readonly Cidr[]): void {
    this.#touch(this.#own.setPodCidrs(podCidrs));
  }

  program(now: number): Program {
    this.#touch(this.#own.expire(now));
    this.#touch(this.#policies.settle(now));
    for (const id of this.#groups.forget((each) => this.#policies.isNamed(each))) {
      this.#own.setGroup(id, undefined);
      this.#stale.add(id);
    }
    const changes = [...this.#stale].map((id) => [id, this.#groupNow(id)] as const);
    this.#stale.clear();
    for (const [id, group] of changes) this.#peers.take(this.#told.get(id), group);
    this.#told = this.#told.with(changes);
    return { tiers: [{ kind: "allow-list", policies: this.#policies.tell() }], groups: this.#told };
  }

  /** All live pods that the program told last speaks of, and this node's own; the same list as long as none changed. */
  pods(): readonly Pod[] {
    const [own, peers] = [this.#ownPods, this.#peers.all()];
    if (this.#pods.own !== own || this.#pods.peers !== peers) {
      const keys = new Set(own.map(keyOf));
      this.#pods = { own, peers, all: [...peers.filter((pod) => !keys.has(keyOf(pod))), ...own] };
    }
    return this.#pods.all;
  }

  /** Some of what is published is not in force yet, or not all of it. */
  get isWaiting(): boolean {
    return this.#groups.isWaiting || this.#policies.isWaiting;
  }

  /** When something changes by itself: a policy has waited long enough, a pod that is gone has been forgotten. */
  nextDue(): number | undefined {
    const due = [this.#policies.nextDue(), this.#own.nextDue()].filter((each) => each !== undefined);
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** A policy that is new waits for its groups, and its pods are as open as they were. */
  get hasNewcomer(): boolean {
    return this.#policies.nextDue() !== undefined;
  }

  troubles(now: number): readonly PublishedTrouble[] {
    return [...this.#policies.troubles(now), ...this.#groups.troubles(now)];
  }

  #touch(ids: ReadonlySet<GroupId>): void {
    for (const id of ids) this.#stale.add(id);
  }

  /** A group that a policy names, and of which nothing is known, has nobody in it. */
  #groupNow(id: GroupId): Group | undefined {
    const before = this.#told.get(id);
    const now = this.#own.correct(id);
    if (now === undefined)
      return this.#policies.isNamed(id) ? { id, selector: nobody, members: [] } : undefined;
    const members = sameList(before?.members, now.members);
    return before !== undefined && before.selector !== nobody && members === before.members ? before : now;
  }
}
