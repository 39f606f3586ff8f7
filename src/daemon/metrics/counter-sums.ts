import { type Family, families } from "../../core/address.ts";
import type { ObjectKey } from "../../core/cluster.ts";
import type { SubjectClass } from "../../core/node-program.ts";
import { type Direction, type RuleId, directions, policyKey, ruleIdText } from "../../core/policy.ts";
import type { Program } from "../../core/program.ts";
import { classChain, classChainOf } from "../../render/names.ts";
import { nftRuleText, ruleHash, ruleText } from "../../render/rule-text.ts";
import { type CountedRule, commentWords } from "../../kernel/counters/counted-rule.ts";
import { CUT, type RuleMeaning, ruleMeaning } from "../../kernel/counters/rule-meaning.ts";

/** What stands before the comment in a rule of nftables. */
const NFT_WORDS = /^(.*) comment "[^"]*"$/;

/**
 * Whether a rule whose comment was cut is of this one. Of nftables the digest tells, which is of the whole comment; iptables words
 * rules otherwise than we do, so there the beginning of the comment must do.
 */
function isOf({ rule, comment, hash }: CountedRule, id: RuleId): boolean {
  const words = NFT_WORDS.exec(rule)?.[1];
  if (words === undefined) return commentWords(ruleText("", ruleIdText(id))) === comment;
  return ruleHash(nftRuleText(words, ruleIdText(id))) === hash;
}

/** What a rule is there for; names that its comment had no room for are looked up among this node's classes. */
export function meaningAmong(classes: readonly SubjectClass[]): (rule: CountedRule) => RuleMeaning {
  const byChain = new Map(classes.map((each) => [classChain(each.id), each]));
  return (rule) => {
    const meaning = ruleMeaning(rule);
    const subjects = rule.comment.endsWith(CUT) ? byChain.get(classChainOf(rule.chain) ?? "") : undefined;
    if (subjects === undefined) return meaning;
    if (meaning.kind === "denied") return { ...meaning, policies: subjects.policies, isWhole: true };
    const found = subjects.rules.find(({ id }) => isOf(rule, id));
    return found === undefined ? meaning : { kind: "rule", rule: found.id };
  };
}

interface DeniedSum {
  readonly policy: ObjectKey;
  readonly direction: Direction;
  readonly packets: number;
}

/**
 * Sums that go on where the kernel's counters start again: a chain that is written anew counts from zero. What was counted
 * between the last reading and the writing is lost; to read just before every write would delay what is to be enforced.
 */
export class CounterSums {
  readonly rules = new Map<string, { readonly rule: RuleId; readonly packets: number }>();
  readonly denied = new Map<string, DeniedSum>();
  readonly dropped = new Map<string, number>();
  /** By family and chain, then by place and digest: packets at the last reading. */
  #last = new Map<string, Map<string, number>>();

  /** Takes a reading. */
  take(
    counted: Readonly<Record<Family, readonly CountedRule[]>>,
    meaningOf: (rule: CountedRule) => RuleMeaning,
  ): void {
    const read = new Map<string, Map<string, number>>();
    for (const family of families) {
      for (const each of counted[family]) {
        const chain = `${family} ${each.chain}`;
        const rule = `${each.place} ${each.hash}`;
        const last = this.#last.get(chain)?.get(rule) ?? 0;
        const rules = read.get(chain) ?? new Map<string, number>();
        read.set(chain, rules.set(rule, each.packets));
        this.#add(meaningOf(each), each.packets < last ? each.packets : each.packets - last);
      }
    }
    this.#last = read;
  }

  /** The chain has been written anew: it counts from zero. */
  restart(family: Family, chain: string): void {
    this.#last.delete(`${family} ${chain}`);
  }

  /** Keeps the sums of rules and policies that the cluster still has: there are never more than it holds. */
  retain({ tiers }: Program): void {
    const policies = tiers.flatMap((tier) => tier.policies);
    const keys = new Set(policies.map(policyKey));
    const rules = new Set(
      policies.flatMap((policy) =>
        directions.flatMap((direction) =>
          policy.rules[direction].map(({ index }) =>
            ruleIdText({ policy: policyKey(policy), direction, index }),
          ),
        ),
      ),
    );
    for (const key of this.rules.keys()) if (!rules.has(key)) this.rules.delete(key);
    for (const [key, { policy }] of this.denied) if (!keys.has(policy)) this.denied.delete(key);
  }

  #add(meaning: RuleMeaning, packets: number): void {
    switch (meaning.kind) {
      case "rule": {
        const key = ruleIdText(meaning.rule);
        const sum = this.rules.get(key)?.packets ?? 0;
        this.rules.set(key, { rule: meaning.rule, packets: sum + packets });
        break;
      }
      case "denied":
        for (const policy of meaning.policies) {
          const key = `${policy} ${meaning.direction}`;
          const sum = this.denied.get(key)?.packets ?? 0;
          this.denied.set(key, { policy, direction: meaning.direction, packets: sum + packets });
        }
        break;
      case "dropped":
        this.dropped.set(meaning.reason, (this.dropped.get(meaning.reason) ?? 0) + packets);
        break;
      case "cut":
      case "none":
    }
  }
}
