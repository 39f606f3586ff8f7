import type { Search } from "./searches.ts";

/** What the compiler is held against, and how that oracle's searches are named. */
export interface Oracle {
  readonly title: string;
  readonly what: string;
  readonly isIts: (search: string) => boolean;
}

const starting =
  (...starts: readonly string[]) =>
  (search: string): boolean =>
    starts.some((start) => search.startsWith(start));

/** In the order of trust: words, rules, kernel, time, laws. */
export const oracles: readonly Oracle[] = [
  {
    title: "1. The documentation's words",
    what: "A naive evaluator that shares no code with the compiler, against `evaluate`, exhaustively over atoms.",
    isIts: starting("naive oracle"),
  },
  {
    title: "2. The rendered rules",
    what: "An interpreter of chains, goto and sets that knows no policies, against `evaluate`; across every write of a change; what each transaction of nftables leaves, and what a packet meets in its middle.",
    isIts: starting(
      "packet oracle",
      "reading back",
      "plans",
      "hitless",
      "no orphans",
      "IPv4 dispatch",
      "IPv6 dispatch",
      "nftables",
    ),
  },
  {
    title: "3. The kernel",
    what: "Real packets through real iptables with ipset, both variants, and through real nftables; both families, five protocols, against `evaluate`.",
    isIts: starting("kernel oracle"),
  },
  {
    title: "4. Time",
    what: "The incremental compiler after any sequence of events, against the compiler from scratch.",
    isIts: starting("incremental"),
  },
  {
    title: "6. The wire",
    what: "Program to wire form to program.",
    isIts: starting("wire"),
  },
  {
    title: "5. Metamorphic laws, and the algebra",
    what: "What must not change a meaning, and what may move it one way only.",
    isIts: () => true,
  },
];

/** Every search under the first oracle that claims it. */
export function byOracle(
  searches: readonly Search[],
): { readonly oracle: Oracle; readonly searches: readonly Search[] }[] {
  const claimed = new Map<Oracle, Search[]>(oracles.map((oracle) => [oracle, []]));
  for (const search of searches) {
    const oracle = oracles.find(({ isIts }) => isIts(search.name));
    if (oracle !== undefined) claimed.get(oracle)?.push(search);
  }
  return [...claimed]
    .map(([oracle, its]) => ({ oracle, searches: its }))
    .sort((a, b) => (a.oracle.title < b.oracle.title ? -1 : 1));
}
