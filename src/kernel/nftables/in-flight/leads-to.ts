/** The chains to which rules of nftables lead by themselves. */
export const leadsTo = (rules: readonly string[]): string[] =>
  rules.flatMap((rule) => / (?:goto|jump) (\S+)/.exec(` ${rule}`)?.[1] ?? []);
