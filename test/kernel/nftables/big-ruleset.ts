import type { Ruleset } from "../../../src/render/ruleset.ts";
import { nftRule, nftRuleset, setOfType } from "../unit/nft-rulesets.ts";

const MEMBERS = 100_000;

/** A ruleset with a set of 100,000 members, or fewer, of which none is in that of another revision; nor is any rule. No class: those are written before. */
export function bigRuleset(revision: number, length = MEMBERS): Ruleset {
  const members = Array.from(
    { length },
    (_, i) => `10.${revision * 2 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`,
  );
  const chains = (family: 4 | 6) => ({
    FORWARD: [nftRule(`jump SV-BIG-${revision}`)],
    [`SV-BIG-${revision}`]: [
      ...(family === 4 ? [nftRule("ip saddr @SV4-G-a counter return", `${revision}`)] : []),
      nftRule("counter drop", `${revision}`),
    ],
  });
  return nftRuleset(
    { sets: { "SV4-G-a": setOfType("hash:ip", ...members) }, chains: chains(4) },
    { chains: chains(6) },
  );
}
