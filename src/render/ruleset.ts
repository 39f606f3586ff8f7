import type { Family } from "../core/address.ts";

/** What must stand in the kernel, as the tools of netfilter name it. One for each family. */
export type Ruleset = Readonly<Record<Family, FamilyRuleset>>;

/** What of one table is ours. */
export interface TableRules {
  /** Chains by name; a rule is what follows `-A <chain>`. */
  readonly chains: ReadonlyMap<string, readonly string[]>;
  /** Rules of built-in chains. */
  readonly hooks: readonly Hook[];
}

/** The rules are those of table mangle, where hooks must be the first of their chain. */
export interface FamilyRuleset extends TableRules {
  readonly family: Family;
  /** By name. */
  readonly sets: ReadonlyMap<string, IpSet>;
  /** Rules of table filter, where hooks may stand anywhere in their chain. Absent where nothing is refused. */
  readonly filter?: TableRules;
}

/** The built-in chains that we write into. */
export const hookedChains = ["FORWARD", "OUTPUT", "POSTROUTING"] as const;

export type HookedChain = (typeof hookedChains)[number];

export interface Hook {
  readonly chain: HookedChain;
  readonly rule: string;
}

/** The kinds of sets that `ipset` and nftables both have, by the names that `ipset` has for them. */
export type IpSetType = "hash:ip" | "hash:net" | "hash:ip,port";

/**
 * And those that nftables alone has: pairs of addresses (`10.0.0.1 . 10.0.0.2 comment "shop/web"`), and maps to verdicts, of addresses
 * (`10.0.0.1 : goto SV-C-…`) and of addresses with ports (`10.0.0.1 . tcp . 443 : goto SV-C-…`).
 */
export type SetType = IpSetType | "pairs" | "verdicts" | "port-verdicts";

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
