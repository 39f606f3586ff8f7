import type { Direction } from "../../core/policy.ts";
import { type FamilyView, isClassChain } from "./family-view.ts";

/** The sets of peers that classes of each direction ask for. */
export type AskedSets = Readonly<Record<Direction, ReadonlySet<string>>>;

const ASKED = / --match-set (\S+) (src|dst)/g;

/** In ingress classes ask who sends, in egress who is sent to. */
export function askedSets(views: readonly FamilyView[]): AskedSets {
  const asked = { ingress: new Set<string>(), egress: new Set<string>() };
  for (const { chains } of views) {
    for (const [chain, rules] of chains) {
      if (!isClassChain(chain)) continue;
      for (const rule of rules)
        for (const [, name = "", side] of rule?.matchAll(ASKED) ?? [])
          asked[side === "src" ? "ingress" : "egress"].add(name);
    }
  }
  return asked;
}
