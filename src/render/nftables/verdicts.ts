import type { Family } from "../../core/address.ts";
import type { ClassRule, SubjectClass } from "../../core/node-program.ts";
import { ruleIdText } from "../../core/policy.ts";
import type { Host } from "../host.ts";
import type { AllowRule } from "../layout.ts";
import { REFUSE_CHAIN, classChain, selfSet } from "../names.ts";
import { NFLOG_GROUP } from "../nflog.ts";
import { nftRuleText } from "../rule-text.ts";
import type { SetTable } from "../set-table.ts";
import { ruleMatches } from "./matches.ts";
import { header } from "./words.ts";

/** What lets pass what one rule allows. */
export function allowRules(rule: ClassRule, family: Family, sets: SetTable): AllowRule[] {
  const text = (match: string): string => nftRuleText(`${match} counter return`.trim(), ruleIdText(rule.id));
  return ruleMatches(rule, family, sets).map(({ match, atPort }) => ({
    rule: text(match),
    ...(atPort && { atPort: { port: atPort.port, rule: text(atPort.match) } }),
  }));
}

/** nft cannot compare two parts of a packet, so each isolated address stands in a set with itself. */
export const selfRule = (family: Family): string =>
  nftRuleText(
    `${header[family]} saddr . ${header[family]} daddr @${selfSet(family)} return`,
    "a pod to itself",
  );

/** Lets a denied packet be seen. `cause` and the chain that drops are the copies' prefix: `SV cause chain`. */
export const seenRule = (cause: string, chain: string): string =>
  nftRuleText(
    `limit rate 10/second burst 20 packets log prefix "SV ${cause} ${chain}" group ${NFLOG_GROUP}`,
    "seen",
  );

/** What becomes of what policies deny. */
export const denialVerdict: Readonly<Record<Host["denial"], string>> = {
  drop: "counter drop",
  reject: `counter goto ${REFUSE_CHAIN}`,
};

/** What becomes of what no rule of a class allows. */
export const denyRules = (
  { id, direction, policies }: SubjectClass,
  family: Family,
  denial: Host["denial"],
): string[] => [
  selfRule(family),
  seenRule(direction, classChain(id)),
  nftRuleText(denialVerdict[denial], `${direction} isolated by ${policies.join(", ")}`),
];
