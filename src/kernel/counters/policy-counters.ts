import type { ObjectKey } from "../../core/cluster.ts";
import { type Direction, type RuleId, ruleIdText } from "../../core/policy.ts";
import type { CountedRule } from "./counted-rule.ts";
import { ruleMeaning } from "./rule-meaning.ts";

export interface Count {
  readonly packets: number;
  readonly bytes: number;
}

/** What the kernel has counted, by the rule of the policy that was written down. */
export interface PolicyCounters {
  /** What rules let begin: one packet for each connection, as established ones pass before. Sorted. */
  readonly rules: readonly (Count & { readonly rule: RuleId })[];
  /** Drops, each counted with every policy that isolates. Sorted. */
  readonly denied: readonly (Count & { readonly policy: ObjectKey; readonly direction: Direction })[];
  /** What rules let begin whose names the kernel has no room for, by the beginning of their comments. Sorted. */
  readonly cut: readonly (Count & { readonly comment: string })[];
  /** Drops that no policy is named for. Sorted. */
  readonly dropped: readonly (Count & { readonly reason: string })[];
}

class Table<T> {
  readonly #rows = new Map<string, T & Count>();

  add(key: string, what: T, { packets, bytes }: Count): void {
    const sum = this.#rows.get(key) ?? { packets: 0, bytes: 0 };
    this.#rows.set(key, { ...what, packets: sum.packets + packets, bytes: sum.bytes + bytes });
  }

  sorted(): (T & Count)[] {
    const order = ([a]: [string, unknown], [b]: [string, unknown]): number =>
      a.localeCompare(b, "en", { numeric: true });
    return [...this.#rows].sort(order).map(([, row]) => row);
  }
}

/** Adds up what the rules of both families, and of all classes, have counted. */
export function policyCounters(counted: Iterable<CountedRule>): PolicyCounters {
  const rules = new Table<{ readonly rule: RuleId }>();
  const denied = new Table<{ readonly policy: ObjectKey; readonly direction: Direction }>();
  const cut = new Table<{ readonly comment: string }>();
  const dropped = new Table<{ readonly reason: string }>();
  for (const each of counted) {
    const meaning = ruleMeaning(each);
    switch (meaning.kind) {
      case "rule":
        rules.add(ruleIdText(meaning.rule), { rule: meaning.rule }, each);
        break;
      case "cut":
        cut.add(meaning.comment, { comment: meaning.comment }, each);
        break;
      case "denied":
        for (const policy of meaning.policies)
          denied.add(`${policy} ${meaning.direction}`, { policy, direction: meaning.direction }, each);
        break;
      case "dropped":
        dropped.add(meaning.reason, { reason: meaning.reason }, each);
        break;
      case "none":
    }
  }
  return { rules: rules.sorted(), denied: denied.sorted(), cut: cut.sorted(), dropped: dropped.sorted() };
}
