/** The sets and maps that rules of nftables look into. */
export const setsNamed = (rules: readonly string[]): string[] =>
  rules.flatMap((rule) => [...rule.matchAll(/ @(\S+)/g)].map(([, name = ""]) => name));
