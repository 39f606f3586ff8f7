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
  /** As `ipset save` prints them. */
  readonly entries: ReadonlySet<string>;
  /**
   * How entries move where rules change too. Without it they come before the rules and go after them: whom rules let pass
   * before and after they let pass in between. `go-first`: they go before and come after: whoever is in the set is in the
   * rules already, and still.
   */
  readonly order?: "go-first";
}
