import { nftWords } from "../rule-text.ts";

/** The sets and maps that a rule of nftables looks into. */
export const setsNamed = (rule: string): string[] =>
  [...nftWords(rule).matchAll(/ @(\S+)/g)].map(([, name = ""]) => name);
