import type { Address, Family } from "../../../core/address.ts";
import type { NodeProgram } from "../../../core/node-program.ts";
import type { Direction, RuleId } from "../../../core/policy.ts";
import type { Flow } from "../../../core/traffic.ts";
import type { Host } from "../../../render/host.ts";
import type { FamilyRuleset, Ruleset, SetType } from "../../../render/ruleset.ts";
import type { KernelLine } from "./kernel-walk.ts";

export type Line = Omit<KernelLine, "counted">;

/** How a packet from or to an isolated pod's address is led to where it is judged. */
export interface WayIn {
  readonly lines: readonly Line[];
  /** The chains that judge it: each but the last leads on, by goto, what it does not decide. */
  readonly judging: readonly [string, ...string[]];
}

/** How a kernel's rules are read, in the words of the tool that writes them. */
export interface RuleWords {
  /** The table in which all is judged. */
  readonly table: string;
  readonly render: (program: NodeProgram, host: Host) => Ruleset;
  readonly wayIn: (ruleset: FamilyRuleset, direction: Direction, address: Address, flow: Flow) => WayIn;
  /** Whether a rule lets pass what this rule of a policy allows. */
  readonly isOf: (rule: string, id: RuleId) => boolean;
  /** Whether a rule of a class lets pass what it matches. */
  readonly isAllowing: (rule: string) => boolean;
  /** Whether it leads all that comes to it to this chain. */
  readonly isLeading: (rule: string, to: string) => boolean;
  /** Whether it denies what comes to it. */
  readonly isDenying: (rule: string) => boolean;
  /** The sets that it looks into. */
  readonly setsIn: (rule: string) => readonly string[];
  /** What the tool calls the type of a set. */
  readonly typeText: (type: SetType, family: Family) => string;
  /** How it writes an entry of one. */
  readonly entryText: (entry: string) => string;
}
