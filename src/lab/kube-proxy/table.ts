/** A table as kube-proxy writes it: its chains, emptied, and their rules. */
export interface Table {
  readonly name: "nat" | "filter";
  readonly chains: readonly string[];
  readonly rules: readonly string[];
}

/**
 * `iptables-restore --noflush` text of a table. A chain that is named is emptied first; one of `stale` is
 * removed.
 */
export function tableText({ name, chains, rules }: Table, stale: readonly string[]): string {
  return [
    `*${name}`,
    ...[...chains, ...stale].map((chain) => `:${chain} - [0:0]`),
    ...rules,
    ...stale.map((chain) => `-X ${chain}`),
    "COMMIT",
    "",
  ].join("\n");
}

/** `-m comment --comment "…"`. */
export function comment(text: string): string {
  return `-m comment --comment "${text}"`;
}
