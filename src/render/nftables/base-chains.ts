import type { Chains } from "../layout.ts";

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

/** The base chains' rules. */
export const baseChains = (forward: readonly string[], output: readonly string[]): Chains =>
  new Map([
    ["FORWARD", forward],
    ["OUTPUT", output],
  ]);
