import type { Family } from "../core/address.ts";

/** What must stand in the kernel, as the tools of netfilter name it. One for each family. */
export type Ruleset = Readonly<Record<Family, FamilyRuleset>>;

export interface FamilyRuleset {
  readonly family: Family;
  /** By name. */
  readonly sets: ReadonlyMap<string, IpSet>;
  /** Chains of table mangle by name; a rule is what follows `-A <chain>`. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** Rules that must be the first of a built-in chain of mangle. */
  readonly hooks: readonly Hook[];
}

export interface Hook {
  readonly chain: "FORWARD" | "OUTPUT";
  readonly rule: string;
}

export type SetType = "hash:ip" | "hash:net" | "hash:ip,port";

export interface IpSet {
  readonly type: SetType;
  /**
   * What an entry does, which decides when it is written: an entry of `peers` lets packets pass, so it comes before the
   * rules that need it and goes after them; an entry of `subjects` has packets judged, so it comes after its rules
   * and goes before them. Either way no packet meets half a change.
   */
  readonly role: "peers" | "subjects";
  /** As `ipset save` prints them. */
  readonly entries: ReadonlySet<string>;
}
