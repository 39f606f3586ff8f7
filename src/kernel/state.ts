import type { Family } from "../core/address.ts";
import type { HookedChain, SetType } from "../render/ruleset.ts";

/** What stands in the kernel, as far as it is ours or holds our hooks. */
export interface KernelState {
  readonly sets: ReadonlyMap<string, StandingSet>;
  readonly tables: Readonly<Record<Family, StandingTable>>;
}

export interface StandingSet {
  /** `other` for a type that is none of ours, and for one of the other family. */
  readonly type: SetType | "other";
  /** It was made with other options than ours: it may be full too soon, or forget entries by itself. */
  readonly isRemade?: boolean;
  /** With nftables: how many entries it can hold, where it was told when it was made. */
  readonly room?: number;
  readonly entries: ReadonlySet<string>;
}

export interface StandingRules {
  /** Our chains; each rule by its identity (`ruleIdentity`), `undefined` for one that we did not write. */
  readonly chains: ReadonlyMap<string, readonly (string | undefined)[]>;
  /** The rules of a built-in chain that we wrote (`isOurHook`), in order; others may lead to our chains as they like. */
  readonly hooks: Readonly<Record<HookedChain, readonly StandingHook[]>>;
  /** Our chains to which rules of others lead: they cannot be removed. */
  readonly held: ReadonlySet<string>;
}

/** What stands in mangle. */
export interface StandingTable extends StandingRules {
  /** What stands in filter, where it was looked at; nothing of ours is there where it was not. */
  readonly filter?: StandingRules;
}

/** Nothing of ours. */
export const nothingStands: StandingRules = {
  chains: new Map(),
  hooks: { FORWARD: [], OUTPUT: [], POSTROUTING: [] },
  held: new Set(),
};

export interface StandingHook {
  /** 1 is the first rule of the chain. */
  readonly position: number;
  /** By which it is known again (`ruleIdentity`). */
  readonly identity: string;
  /** The rule in `iptables-save`'s words, to delete it by. */
  readonly rule: string;
}
