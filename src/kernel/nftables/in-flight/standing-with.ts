import { type Family, families } from "../../../core/address.ts";
import { mapWith } from "../../../core/map-with.ts";
import type { FamilyRuleset, Ruleset } from "../../../render/ruleset.ts";
import { ruleIdentity } from "../../rule-identity.ts";
import type { Standing } from "../../standing.ts";
import type { KernelState, StandingSet, StandingTable } from "../../state.ts";

function stateWith(state: KernelState, added: Ruleset): KernelState {
  const table = (family: Family): StandingTable => {
    const chains = [...added[family].chains].map(([name, rules]) => [name, rules.map(ruleIdentity)] as const);
    return { ...state.tables[family], chains: mapWith(state.tables[family].chains, chains) };
  };
  return {
    sets: mapWith<StandingSet>(
      state.sets,
      families.flatMap((family) => [...added[family].sets]),
    ),
    tables: { IPv4: table("IPv4"), IPv6: table("IPv6") },
  };
}

function rulesetWith(ruleset: Ruleset, added: Ruleset): Ruleset {
  const both = (family: Family): FamilyRuleset => ({
    ...ruleset[family],
    chains: mapWith(ruleset[family].chains, added[family].chains),
    sets: mapWith(ruleset[family].sets, added[family].sets),
  });
  return { IPv4: both("IPv4"), IPv6: both("IPv6") };
}

/** What stands once these stand beside what stands. */
export const standingWith = (standing: Standing, added: Ruleset): Standing =>
  standing.kind === "read"
    ? { kind: "read", state: stateWith(standing.state, added) }
    : { ...standing, ruleset: rulesetWith(standing.ruleset, added) };
