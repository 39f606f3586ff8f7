import type { Family } from "../../../src/core/address.ts";
import { nftRuleText } from "../../../src/render/rule-text.ts";
import type { FamilyRuleset, IpSet, Ruleset, SetType } from "../../../src/render/ruleset.ts";
import type { Parts } from "./rulesets.ts";

/** A rule as it is rendered, with a comment that stands for its meaning. */
export const nftRule = (text: string, comment = text): string =>
  nftRuleText(text, comment.replaceAll('"', "'"));

export const setOfType = (type: SetType, ...entries: readonly string[]): IpSet => ({
  type,
  entries: new Set(entries),
});

const ofFamily = (family: Family, { sets = {}, chains = {} }: Parts): FamilyRuleset => ({
  family,
  sets: new Map(Object.entries(sets)),
  chains: new Map(
    Object.entries({ FORWARD: [nftRule("ct state established,related accept")], OUTPUT: [], ...chains }),
  ),
  hooks: [],
});

/** A ruleset of these parts; every ruleset has its base chains. */
export const nftRuleset = (IPv4: Parts, IPv6: Parts = {}): Ruleset => ({
  IPv4: ofFamily("IPv4", IPv4),
  IPv6: ofFamily("IPv6", IPv6),
});
