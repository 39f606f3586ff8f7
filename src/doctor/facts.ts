import type { Family } from "../core/address.ts";
import type { EnforcerAnswer } from "../kernel/ask-enforcer.ts";
import type { NftReading } from "../kernel/nftables/read-nft-table.ts";
import type { VariantRules } from "../kernel/read-everywhere.ts";
import type { StandingSet } from "../kernel/state.ts";
import type { Backend, Variant } from "../kernel/variant.ts";

/** Everything about a node that a check may look at: gathered once, then judged by pure functions. */
export interface NodeFacts {
  /** Whether this very process has CAP_NET_ADMIN, without which next to nothing can be read. */
  readonly isNetAdmin: boolean;
  /** By program. */
  readonly tools: ReadonlyMap<string, Tool>;
  /** Where our rules stand, else where an enforcer would put them. */
  readonly backend: Backend;
  /** What the kernel said to each thing that Selvedge's rules there are made of, without keeping it. */
  readonly trials: Known<readonly Trial[]>;
  readonly bridges: Known<readonly Bridge[]>;
  /** Kernel switches below /proc/sys by their dotted names, as they are written there; one that is not there is absent. */
  readonly switches: ReadonlyMap<string, string>;
  readonly rules: readonly VariantRules[];
  /** Our tables of nftables, of both families. */
  readonly nftables: readonly { readonly family: Family; readonly reading: NftReading }[];
  /** Our ipsets. */
  readonly sets: Known<ReadonlyMap<string, StandingSet>>;
  /** As `nft list tables` has them: `inet kube-network-policies`. */
  readonly nftTables: Known<readonly string[]>;
  readonly enforcer: EnforcerAnswer;
}

export type Known<T> =
  | { readonly kind: "known"; readonly value: T }
  | { readonly kind: "unknown"; readonly why: string };

export type Tool =
  | { readonly kind: "found"; readonly version: string }
  | { readonly kind: "missing"; readonly why: string };

export interface Trial {
  readonly feature: string;
  /** The kernel module that has it, where it is one. */
  readonly module: string;
  /** What was said against it; `undefined` where it works. */
  readonly refused: string | undefined;
}

export interface Bridge {
  readonly name: string;
  /** Whether this bridge alone is told to show its packets to iptables, whatever the switch for all says. */
  readonly isFiltered: Readonly<Record<Family, boolean>>;
}

/** The programs whose presence matters. */
export const iptablesTools: Readonly<Record<Variant, readonly string[]>> = {
  nft: ["iptables-nft", "ip6tables-nft"],
  legacy: ["iptables-legacy", "ip6tables-legacy"],
};
