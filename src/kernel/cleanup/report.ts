import type { Family } from "../../core/address.ts";
import type { OurTableName } from "../ours.ts";
import type { SavedRule } from "../saved-rules.ts";
import type { NFT_TABLE } from "../../render/names.ts";
import type { Backend, Variant } from "../variant.ts";

/** One thing of ours. */
export type Thing =
  | {
      readonly kind: "hook";
      readonly variant: Variant;
      readonly family: Family;
      readonly table: OurTableName;
      readonly chain: SavedRule["chain"];
      readonly rule: string;
    }
  | {
      readonly kind: "chain";
      readonly variant: Backend;
      readonly family: Family;
      readonly table: OurTableName | typeof NFT_TABLE;
      readonly name: string;
      readonly rules: number;
      /** Rules that others had put into it. */
      readonly foreignRules: readonly string[];
    }
  /** What others had put into a chain of ours that has to stay, which is emptied. */
  | {
      readonly kind: "rule";
      readonly variant: Variant;
      readonly family: Family;
      readonly table: OurTableName;
      readonly chain: SavedRule["chain"];
      readonly rule: string;
    }
  /** Our table of nftables, with all that is in it. */
  | {
      readonly kind: "table";
      readonly variant: "nftables";
      readonly family: Family;
      readonly name: typeof NFT_TABLE;
    }
  /** An ipset. */
  | { readonly kind: "set"; readonly name: string }
  /** A set or a map in our table. */
  | { readonly kind: "set"; readonly variant: "nftables"; readonly family: Family; readonly name: string };

/** What is left of ours, and why. */
export interface Leftover {
  /** `nft IPv4 mangle: chain SELVEDGE-FORWARD`, or what could not be looked at. */
  readonly what: string;
  readonly why: string;
  /** Rules of others that hold it, as `iptables-save` prints them. */
  readonly heldBy: readonly string[];
}

/** What a cleanup did; in a dry run what it would do. */
export interface CleanupReport {
  readonly removed: readonly Thing[];
  readonly left: readonly Leftover[];
}
