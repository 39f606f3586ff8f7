import type { Family } from "../core/address.ts";
import type { ClassRule, SubjectClass } from "../core/node-program.ts";
import type { StartGate } from "../core/start-gate.ts";
import type { Host } from "./host.ts";
import type { Leaves } from "./leaves.ts";
import type { FamilyRuleset } from "./ruleset.ts";
import type { SetTable } from "./set-table.ts";

/** By name; the rules in the words of the tool that writes them. */
export type Chains = ReadonlyMap<string, readonly string[]>;

/** What lets pass what a rule of a policy allows, or a part of it. */
export interface AllowRule {
  readonly rule: string;
  /** Where it is about one port alone: that, in the layout's words, and the same in a chain for that port. */
  readonly atPort?: { readonly port: string; readonly rule: string };
}

/** By what chains a class is judged. */
export interface ClassChains {
  readonly chains: Chains;
  /** The ports that have chains of their own, to which a packet may be led at once; most often none. */
  readonly ports: readonly string[];
}

/** How a node's program is laid out for one kind of tables: layouts share classes, leaves and sets, not verbs. */
export interface Layout {
  /** What lets pass what one rule allows. */
  readonly allowRules: (rule: ClassRule, family: Family, sets: SetTable) => readonly AllowRule[];
  /**
   * A class's chains, of what its rules allow; what none allows is seen, and dropped or refused. Asks for no set that `ownChains`
   * does not.
   */
  readonly classChains: (
    each: SubjectClass,
    allowed: readonly AllowRule[],
    family: Family,
    denial: Host["denial"],
  ) => ClassChains;
  /** All chains that are no class's: from the hooks to the classes. */
  readonly ownChains: (
    family: Family,
    leaves: Leaves,
    gate: StartGate | undefined,
    host: Host,
    sets: SetTable,
  ) => Chains;
  /** Hangs the chains into the kernel's tables. The same value for the same host adds the same hooks. */
  readonly hung: (ruleset: Pick<FamilyRuleset, "family" | "sets" | "chains">, host: Host) => FamilyRuleset;
}
