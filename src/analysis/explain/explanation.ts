import type { Family } from "../../core/address.ts";
import type { ObjectKey } from "../../core/cluster.ts";
import type { Answer } from "../../core/end.ts";
import type { Verdict } from "../../core/evaluate.ts";
import type { Direction, RuleId } from "../../core/policy.ts";
import type { Flow, Traffic } from "../../core/traffic.ts";
import type { CanAnswer } from "../can.ts";
import type { CarefulPair } from "../careful-can.ts";
import type { FieldPlace, Path } from "../lint/lint-input.ts";
import type { KernelWalk } from "./netfilter/kernel-walk.ts";
import type { Suggestion } from "./suggest/suggestion.ts";

/** Why one part of a rule does not match, and what would make it match. */
export interface Miss {
  /** From the policy's root to the field that decides. */
  readonly path: Path;
  readonly place: FieldPlace;
  /** A few words, without a full stop: `shop/db has app=db`. */
  readonly message: string;
  /** What would make it match, without a full stop. */
  readonly help?: string | undefined;
  /** The code of lint that tells more of it. */
  readonly code?: string | undefined;
  /** How much would have to change, for comparison. */
  readonly distance: number;
}

/** What one rule says of one connection. */
export interface RuleExplanation {
  readonly id: RuleId;
  readonly place: FieldPlace;
  /** Whom it names, and on what ports, in words: `app=web`, `TCP/http`. */
  readonly scope: { readonly peers: string; readonly ports: string };
  /** `depends`: on addresses that nobody knows yet. */
  readonly verdict: Verdict;
  /** All that it lets pass, or may let pass, between these two. */
  readonly opens: Traffic;
  /** Of its peers the one that comes nearest; absent where one matches. */
  readonly peer?: Miss;
  /** Of its ports the one that comes nearest; absent where one matches. */
  readonly port?: Miss;
}

/** What one policy says in one direction. */
export interface PolicyExplanation {
  readonly policy: ObjectKey;
  readonly object: string;
  readonly place: FieldPlace;
  /** Nothing of it could be read: it isolates, and allows nothing. */
  readonly isInvalid: boolean;
  /** Every rule that could be read; none: it allows nothing. */
  readonly rules: readonly RuleExplanation[];
}

/** One end's leave. */
export interface SideExplanation {
  readonly direction: Direction;
  readonly verdict: Verdict;
  /** Those that isolate the end in this direction, each with all of its rules; none: nothing isolates it. */
  readonly policies: readonly PolicyExplanation[];
  /** Those that select the end, and isolate it in the other direction only. */
  readonly others: readonly ObjectKey[];
  /** Where no rule allows it: the rule that would be widened least. */
  readonly nearest?: RuleExplanation;
}

/** A connection, after any Service was followed, and where it came from. */
export interface ExplainedPair extends CarefulPair {
  readonly flow: Flow;
  /** The Service's own port, and its name `shop/api`. */
  readonly service?: { readonly name: string; readonly port: number };
}

/** Why one connection may be, or may not. */
export interface ConnectionExplanation {
  readonly pair: ExplainedPair;
  readonly answer: CanAnswer;
  /** What is enforced, over each family that both ends speak. */
  readonly families: readonly { readonly family: Family; readonly verdict: Verdict }[];
  /** The family that the sides speak of: the first of those with the best verdict. */
  readonly family: Family;
  /** `yes`: policies stand aside. */
  readonly exempt: Answer;
  readonly egress: SideExplanation;
  readonly ingress: SideExplanation;
}

/** A connection, what would allow it, and the others that are judged by the same rules to the same effect. */
export interface ExplainedGroup {
  readonly connection: ConnectionExplanation;
  /** Together they would allow it; empty where it is allowed, or where no rule could. */
  readonly suggestions: readonly Suggestion[];
  readonly likewise: readonly ExplainedPair[];
  /** The kernel's rules and sets, where they were asked for. */
  readonly walks?: readonly KernelWalk[];
}

/** The whole answer. */
export interface Explanation {
  readonly verdict: Verdict;
  /** One sentence; there but for a plain yes. */
  readonly why?: string | undefined;
  /** The Service that was followed, `shop/api:80`. */
  readonly service?: string | undefined;
  /** Of that Service's pods those that it leaves out, and why, in one sentence. */
  readonly leftOut?: string | undefined;
  /** Empty where nobody is behind a Service, or nobody knows who. */
  readonly groups: readonly ExplainedGroup[];
}
