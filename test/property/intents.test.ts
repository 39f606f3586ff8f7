import { it } from "vitest";
import type { IntentOutcome } from "../../src/analysis/intents/intent-report.ts";
import { type Cluster, compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { checkIntent } from "../../src/library/intents/check-intent.ts";
import type { Intent } from "../../src/library/intents/intent.ts";
import { asManifests } from "../support/as-manifests.ts";
import { addressAtoms } from "../support/atoms.ts";
import { type Bits, bitsOf } from "../support/bits.ts";
import { manifests } from "../support/manifests.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { askedPath, scale } from "../support/search-settings.ts";
import { type EndShape, endText, intentCases } from "../support/arbitrary/intents.ts";
import { naiveOutcome } from "../support/naive/intent-outcome.ts";

it(
  "an intent comes to what every pair and port of it comes to, one by one",
  () => {
    const seen = new Map<IntentOutcome | "bad", number>();
    search("intents", { cases: intentCases, inTest: 1500 }, (each) => {
      const cluster: Cluster = { ...each.cluster, pods: livePods(each.cluster.pods) };
      const atoms = { IPv4: addressAtoms(cluster, [], 32), IPv6: addressAtoms(cluster, [], 128) };
      const text = (ends: readonly EndShape[]): string[] =>
        ends.map((end) => endText(end, cluster, each.services));
      const intent: Intent = {
        expect: each.expect,
        from: text(each.from),
        to: text(each.to),
        ...(each.ports && {
          ports: each.ports.map((port) => (port === "icmp" ? port : `${port.port}/${port.protocol}`)),
        }),
        because: "it is looked for",
        namespace: "a",
      };
      const result = checkIntent(intent, {
        cluster: asManifests(cluster, [], each.services),
        program: compile(cluster),
      });
      const cut = { IPv4: withBlocks(atoms.IPv4, 32), IPv6: withBlocks(atoms.IPv6, 128) };
      const naive = naiveOutcome(each, { cluster, atoms: cut });
      const outcome = "kind" in result ? "bad" : result.outcome;
      if (outcome !== naive)
        throw new Error(
          `${JSON.stringify(intent)}: ${JSON.stringify(result)}, naively ${naive}\n${JSON.stringify(each.services)}\n${manifests(cluster)}`,
        );
      seen.set(naive, (seen.get(naive) ?? 0) + 1);
      return "kind" in result ? 0 : result.pairs;
    });
    if (askedPath === undefined && scale >= 1)
      for (const outcome of ["holds", "fails", "depends", "empty", "bad"] as const)
        if (!seen.has(outcome)) throw new Error(`no intent ${outcome}: the search asks nothing`);
  },
  SEARCH_TIMEOUT,
);

/** The stretches, cut once more where the blocks that intents name begin and end. */
function withBlocks(atoms: readonly Bits[], width: number): Bits[] {
  const starts = [
    "10.0.0.0",
    "10.0.0.4",
    "11.0.0.0",
    "203.0.113.0",
    "203.0.114.0",
    "fd00::",
    "fd01::",
    "10.0.1.7",
    "10.0.1.8",
  ];
  return [...new Set([...atoms, ...starts.map(bitsOf).filter((bits) => bits.length === width)])].sort();
}
