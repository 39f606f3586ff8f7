import type { Chains } from "../layout.ts";
import { judgingChain } from "../names.ts";
import { nftRuleText } from "../rule-text.ts";

/**
 * How the chains begin that the kernel itself leads packets into. At mangle's priority: behind DNAT and before SNAT, and before
 * whatever filters. What they let by goes on to everybody else's.
 */
export const BASE_CHAINS: ReadonlyMap<string, string> = new Map(
  ["forward", "output"].map((hook) => [
    hook.toUpperCase(),
    `type filter hook ${hook} priority mangle; policy accept;`,
  ]),
);

/**
 * A flow is judged when it is new: of one that stands, a packet pays for this alone. It meets nothing, rather than a rule that
 * accepts it, which would be 10 ns more.
 */
const judgedBy = (chain: string): string =>
  nftRuleText(`ct state ! established,related goto ${chain}`, "a flow is judged when it is new");

/** The base chains, and those that they lead to, with their rules. */
export const baseChains = (forward: readonly string[], output: readonly string[]): Chains =>
  new Map([
    ["FORWARD", [judgedBy(judgingChain("FORWARD"))]],
    [judgingChain("FORWARD"), forward],
    ["OUTPUT", [judgedBy(judgingChain("OUTPUT"))]],
    [judgingChain("OUTPUT"), output],
  ]);
