import { families } from "../../core/address.ts";
import type { AddressSet } from "../../core/address-set.ts";
import { directions } from "../../core/policy.ts";
import type { Program } from "../../core/program.ts";

const textOf = (set: AddressSet): string => families.map((family) => set[family].join(";")).join("|");

const setsOf = ({ tiers }: Program): AddressSet[] =>
  tiers
    .flatMap(({ policies }) => policies)
    .flatMap((policy) => directions.flatMap((direction) => policy.rules[direction]))
    .flatMap(({ peers }) => (peers.kind === "some" ? [peers.addresses] : []));

/** The sets of addresses that the program's rules name, each once: all that rules know of addresses. */
export const namedSets = (program: Program): AddressSet[] => [
  ...new Map(setsOf(program).map((set) => [textOf(set), set])).values(),
];

/** Where a rule's set is among `namedSets`. */
export function namedSetNumbers(program: Program): (set: AddressSet) => number {
  const numbers = new Map(namedSets(program).map((set, i) => [textOf(set), i]));
  return (set) => numbers.get(textOf(set)) ?? 0;
}
