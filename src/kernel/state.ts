import type { Family } from "../core/address.ts";
import type { SetType } from "../render/ruleset.ts";

/** What stands in the kernel, as far as it is ours or holds our hooks. */
export interface KernelState {
  readonly sets: ReadonlyMap<string, StandingSet>;
  readonly tables: Readonly<Record<Family, StandingTable>>;
}

export interface StandingSet {
  readonly type: SetType | "other";
  readonly entries: ReadonlySet<string>;
}

export interface StandingTable {
  /** Our chains of mangle; each rule by its identity (`ruleIdentity`), `undefined` for one that we did not write. */
  readonly chains: ReadonlyMap<string, readonly (string | undefined)[]>;
  /** The rules of a built-in chain that we wrote (`isOurHook`), in order; others may lead to our chains as they like. */
  readonly hooks: Readonly<Record<"FORWARD" | "OUTPUT", readonly StandingHook[]>>;
}

export interface StandingHook {
  /** 1 is the first rule of the chain. */
  readonly position: number;
  readonly hash: string | undefined;
  /** The rule in `iptables-save`'s words, to delete it by. */
  readonly rule: string;
}
