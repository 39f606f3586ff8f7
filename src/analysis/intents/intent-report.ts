import type { Place } from "../finding/finding.ts";

/** A connection of which an intent does not hold, or not for sure. */
export interface IntentFailure {
  readonly from: string;
  readonly to: string;
  /** `TCP/8080` */
  readonly port: string;
  readonly verdict: "allowed" | "denied" | "depends";
  /** One sentence, without a full stop. */
  readonly why: string;
}

/** `fails` where some connection is against it; `depends` where none is for sure, and some may be; `empty` where it is about nobody. */
export type IntentOutcome = "holds" | "fails" | "depends" | "empty";

/** What became of one intent. */
export interface IntentResult extends Place {
  readonly expect: "allow" | "deny";
  readonly from: readonly string[];
  readonly to: readonly string[];
  readonly ports?: readonly string[];
  readonly because: string;
  readonly outcome: IntentOutcome;
  /** How many pairs of ends it is about, each one judged. */
  readonly pairs: number;
  /** Those against it first. */
  readonly failures: readonly IntentFailure[];
  /** Of `empty`: why it is about nobody. */
  readonly problem?: string;
}

const plural = (count: number, one: string): string => `${count} ${one}${count === 1 ? "" : "s"}`;

/** `allow shop/front -> shop/api http` */
export function intentText({ expect, from, to, ports }: IntentResult): string {
  const on = ports === undefined ? "" : ` ${ports.join(",")}`;
  return `${expect} ${from.join(",")} -> ${to.join(",")}${on}`;
}

/** `7 intents, 31 pairs: 5 hold, 1 fails, 1 depends`. */
export function intentsSummary(results: readonly IntentResult[]): string {
  const of = (...outcomes: readonly IntentOutcome[]): number =>
    results.filter(({ outcome }) => outcomes.includes(outcome)).length;
  const pairs = results.reduce((sum, result) => sum + result.pairs, 0);
  const parts = [
    { count: of("holds"), one: "holds", many: "hold" },
    { count: of("fails", "empty"), one: "fails", many: "fail" },
    { count: of("depends"), one: "depends", many: "depend" },
  ].filter(({ count }) => count > 0);
  const said = parts.map(({ count, one, many }) => `${count} ${count === 1 ? one : many}`).join(", ");
  return `${plural(results.length, "intent")}, ${plural(pairs, "pair")}: ${said || "nothing to test"}`;
}
