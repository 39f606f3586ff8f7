import type { ObjectKey } from "../../core/cluster.ts";
import { withPlaced } from "../../core/incremental/with-placed.ts";
import { type GroupId, type Policy, policyKey } from "../../core/policy.ts";
import { fromCompiledPolicySpec } from "../../kube/wire/compiled-policy.ts";
import { groupsOf } from "../groups-of.ts";
import { closedPolicy } from "./closed-policy.ts";
import { PATIENCE, type PublishedObject, type PublishedTrouble } from "./published-object.ts";

interface Entry {
  readonly stamp: string;
  readonly wanted: Policy;
  /** The published spec cannot be read, and `wanted` stands in for it. */
  readonly isBad: boolean;
  /** When the wanted version came. */
  readonly since: number;
  /** In force; none for a policy that is new and waits for its groups. */
  standing: Policy | undefined;
}

/** Milliseconds that a new policy waits for its groups, which are written before it and come by another watch. */
const GRACE = 1_000;

/**
 * The policies that CompiledPolicies carry. A version whose groups are not there waits, and the one before stays in force; a
 * policy that has none waits a moment, and is then in force with those groups empty: closed, never skipped.
 */
export class PublishedPolicies {
  readonly #hasGroup: (id: GroupId) => boolean;
  readonly #entries = new Map<ObjectKey, Entry>();
  readonly #bad = new Set<ObjectKey>();
  /** Those that wait for a group, in force without it or not in force yet. */
  readonly #waiting = new Set<ObjectKey>();
  /** How many policies in force name a group. */
  readonly #users = new Map<GroupId, number>();
  /** Those groups of which that number has changed. */
  #touched = new Set<GroupId>();
  #told: readonly Policy[] = [];
  readonly #changed = new Map<ObjectKey, Policy | undefined>();

  /** `hasGroup` tells whether some whole version of a group is known. */
  constructor(hasGroup: (id: GroupId) => boolean) {
    this.#hasGroup = hasGroup;
  }

  /** Takes an object as it now is, or that it is gone; whether that says anything new. */
  take(key: ObjectKey, object: PublishedObject | undefined, now: number): boolean {
    const before = this.#entries.get(key);
    if (object === undefined) {
      if (before !== undefined) this.#delete(key, before);
      return before !== undefined;
    }
    if (before?.stamp === object.stamp) return false;
    const [namespace = "", name = ""] = key.split("/");
    const read = fromCompiledPolicySpec({ namespace, name }, object.spec);
    const isBad = read === undefined;
    const wanted = read ?? before?.standing ?? closedPolicy({ namespace, name }, object.spec);
    this.#entries.set(key, {
      stamp: object.stamp,
      wanted,
      isBad,
      since: now,
      standing: before?.standing,
    });
    if (isBad) this.#bad.add(key);
    else this.#bad.delete(key);
    this.#waiting.add(key);
    return true;
  }

  /** Puts in force what can be; returns the groups that more or fewer policies name than when this was last asked. */
  settle(now: number): ReadonlySet<GroupId> {
    for (const key of this.#waiting) {
      const entry = this.#entries.get(key);
      if (entry === undefined) {
        this.#waiting.delete(key);
        continue;
      }
      const groups = groupsOf(entry.wanted);
      const isWhole = [...groups].every((id) => this.#hasGroup(id));
      if (isWhole) this.#waiting.delete(key);
      const isDue = entry.standing === undefined && now - entry.since >= GRACE;
      if (entry.standing === entry.wanted || (!isWhole && !isDue)) continue;
      this.#count(entry.standing, -1);
      entry.standing = entry.wanted;
      this.#count(entry.standing, 1);
      this.#changed.set(key, entry.standing);
    }
    const touched = this.#touched;
    this.#touched = new Set();
    return touched;
  }

  isNamed(id: GroupId): boolean {
    return this.#users.has(id);
  }

  /** Those in force, by key; the same list while none changed. */
  tell(): readonly Policy[] {
    if (this.#changed.size > 0) this.#told = withPlaced(this.#told, policyKey, this.#changed);
    this.#changed.clear();
    return this.#told;
  }

  get isWaiting(): boolean {
    return this.#waiting.size > 0;
  }

  /** When the next policy has waited long enough. */
  nextDue(): number | undefined {
    const due = [...this.#waiting].flatMap((key) => {
      const entry = this.#entries.get(key);
      return entry === undefined || entry.standing !== undefined ? [] : [entry.since + GRACE];
    });
    return due.length === 0 ? undefined : Math.min(...due);
  }

  /** What is bad, and what waits for longer than a publication takes. */
  troubles(now: number): PublishedTrouble[] {
    const trouble = (key: ObjectKey, message: string): PublishedTrouble => ({
      object: `CompiledPolicy ${key}`,
      message,
    });
    const isReplaced = (key: ObjectKey): boolean => {
      const standing = this.#entries.get(key)?.standing;
      return standing !== undefined && standing.rules.ingress.length + standing.rules.egress.length > 0;
    };
    return [
      ...[...this.#bad].map((key) =>
        trouble(
          key,
          isReplaced(key)
            ? "cannot be read; the last good version is in force"
            : "cannot be read; it isolates, and allows nothing",
        ),
      ),
      ...[...this.#waiting]
        .filter((key) => now - (this.#entries.get(key)?.since ?? now) >= PATIENCE)
        .map((key) => trouble(key, this.#whyWaiting(key))),
    ];
  }

  #whyWaiting(key: ObjectKey): string {
    const entry = this.#entries.get(key);
    const missing =
      entry === undefined ? [] : [...groupsOf(entry.wanted)].filter((id) => !this.#hasGroup(id));
    const consequence =
      entry?.standing === entry?.wanted ? "nobody is in them" : "the version before is in force";
    return `AddressGroups are missing: ${missing.slice(0, 3).join(", ")}; ${consequence}`;
  }

  #delete(key: ObjectKey, { standing }: Entry): void {
    this.#entries.delete(key);
    this.#bad.delete(key);
    this.#waiting.delete(key);
    if (standing === undefined) return;
    this.#count(standing, -1);
    this.#changed.set(key, undefined);
  }

  #count(policy: Policy | undefined, step: number): void {
    for (const id of policy === undefined ? [] : groupsOf(policy)) {
      const users = (this.#users.get(id) ?? 0) + step;
      if (users === 0) this.#users.delete(id);
      else this.#users.set(id, users);
      this.#touched.add(id);
    }
  }
}
