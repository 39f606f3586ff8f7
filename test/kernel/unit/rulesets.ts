import type { Family } from "../../../src/core/address.ts";
import { ruleText } from "../../../src/render/rule-text.ts";
import type { FamilyRuleset, Hook, IpSet, Ruleset } from "../../../src/render/ruleset.ts";
import type { MemoryKernel } from "../../support/netfilter/memory-kernel.ts";

/** A rule as it is rendered, with a comment that stands for its meaning. */
export const rule = (text: string, comment = text): string => ruleText(text, comment);

export const hooks: readonly Hook[] = [
  { chain: "FORWARD", rule: rule("-j SELVEDGE-FORWARD", "the hook") },
  { chain: "OUTPUT", rule: rule("-m addrtype ! --src-type LOCAL -j SELVEDGE-FORWARD", "the other hook") },
];

export const peers = (...entries: readonly string[]): IpSet => ({
  type: "hash:net",
  entries: new Set(entries),
});

export const subjects = (...entries: readonly string[]): IpSet => ({
  type: "hash:ip",
  entries: new Set(entries),
});

/** What differs from case to case, of one family. */
export interface Parts {
  readonly sets?: Readonly<Record<string, IpSet>>;
  readonly chains?: Readonly<Record<string, readonly string[]>>;
}

const ofFamily = (family: Family, { sets = {}, chains = {} }: Parts): FamilyRuleset => ({
  family,
  sets: new Map(Object.entries(sets)),
  chains: new Map(Object.entries({ "SELVEDGE-FORWARD": [], ...chains })),
  hooks,
});

/** A ruleset of these parts; every ruleset has its hooks, and the chain that they lead to. */
export const ruleset = (IPv4: Parts, IPv6: Parts = {}): Ruleset => ({
  IPv4: ofFamily("IPv4", IPv4),
  IPv6: ofFamily("IPv6", IPv6),
});

/** The kernel's content in the tools' words, to be compared as a whole. */
export const contentOf = (kernel: MemoryKernel): string[] => [
  ...kernel
    .saveSets()
    .split("\n")
    .toSorted((a, b) => (a < b ? -1 : 1)),
  kernel.saveTable("IPv4"),
  kernel.saveTable("IPv6"),
];
