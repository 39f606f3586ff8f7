import type { Layout } from "../render/layout.ts";
import type { Ruleset } from "../render/ruleset.ts";
import type { Reading } from "./read.ts";
import type { Standing } from "./standing.ts";
import type { KernelState } from "./state.ts";
import type { WalkResult } from "./walk/carry-out-walk.ts";
import type { Leg } from "./walk/plan-walk.ts";
import type { Witness } from "./witness/witness.ts";

/** Reads what is ours. */
export interface KernelReader {
  /** As far as it can be told; `wanted` tells which tables are looked at. Throws where nothing can be. */
  readonly read: (wanted: Ruleset | undefined) => Promise<Reading>;
  /** The sets alone, of both families; throws where that fails. */
  readonly readSets: () => Promise<KernelState["sets"]>;
  /** Whether sets that are read while others are written may be told as they never stood. */
  readonly tearsSets: boolean;
}

/** A way to write, for one pass. */
export interface PlanWriter {
  /** Carries out plans, one after the other. */
  readonly carryOut: (legs: readonly Leg[]) => Promise<WalkResult>;
  /** How many writes the tools were given until now: a program run, or one that is kept open asked. */
  readonly commands: () => number;
}

export interface PlanWriters {
  /** With a process for each write: the way that needs nothing but the tools. */
  readonly processes: PlanWriter;
  /** With tools that are kept open; none while they rest. Throws `SessionTrouble`: what stands is then not known. */
  readonly kept: PlanWriter | undefined;
}

/** Tools that are kept open. */
export interface KeptTools {
  /** A pass went well by them. */
  readonly praise: () => void;
  /** Ends them, and leaves them be for a while. */
  readonly rest: () => Promise<void>;
  /** Ends them; fulfilled when none of them writes any more. */
  readonly close: () => Promise<void>;
}

/** In what a node's program is held: tables of iptables and ipsets, or tables of nftables. */
export interface KernelBackend {
  /** How a program is laid out for it. */
  readonly layout: Layout;
  readonly reader: KernelReader;
  /** The same, which stands back for whoever wants the CPU. */
  readonly readerBeside: KernelReader;
  /** The plans that lead from what stands to what is wanted, one after the other; some of them may be empty. */
  readonly plan: (standing: Standing, wanted: Ruleset) => readonly Leg[];
  /** For one pass. */
  readonly writers: () => PlanWriters;
  readonly kept: KeptTools | undefined;
  /** Who sees others write; ended with the rest. Only nftables, and so iptables-nft, tells of writes. */
  readonly witness?: Witness | undefined;
}
