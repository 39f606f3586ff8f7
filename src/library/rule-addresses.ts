import type { AddressSet } from "../core/address-set.ts";
import { directions } from "../core/policy.ts";
import type { Program } from "../core/program.ts";

/** The addresses that each rule with peers names: all that rules know of those who are in no cluster. */
export function ruleAddresses({ tiers }: Program): AddressSet[] {
  const rules = tiers
    .flatMap(({ policies }) => policies)
    .flatMap((policy) => directions.flatMap((direction) => policy.rules[direction]));
  return rules.flatMap(({ peers }) => (peers.kind === "some" ? [peers.addresses] : []));
}
