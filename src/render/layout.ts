import type { Family } from "../core/address.ts";
import type { ClassRule, SubjectClass } from "../core/node-program.ts";
import type { StartGate } from "../core/start-gate.ts";
import type { Host } from "./host.ts";
import type { Leaves } from "./leaves.ts";
import type { FamilyRuleset } from "./ruleset.ts";
import type { SetTable } from "./set-table.ts";

/** By name; the rules in the words of the tool that writes them. */
export type Chains = ReadonlyMap<string, readonly string[]>;

/** How a node's program is laid out for one kind of tables: layouts share classes, leaves and sets, not verbs. */
export interface Layout {
  /** What lets pass what one rule allows. */
  readonly allowRules: (rule: ClassRule, family: Family, sets: SetTable) => readonly string[];
  /** How a class's chain ends: what no rule allows is seen, and dropped or refused. Asks for no set that `ownChains` does not. */
  readonly denyRules: (each: SubjectClass, family: Family, denial: Host["denial"]) => readonly string[];
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
