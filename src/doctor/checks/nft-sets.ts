import type { Family } from "../../core/address.ts";
import { type Direction, directions } from "../../core/policy.ts";
import { classChainOf, isOurSet, isolatedNow, portMap, selfSet, verdictMap } from "../../render/names.ts";
import type { PrintedNftSet, PrintedNftTable } from "../../kernel/nftables/printed-table.ts";
import { readForm } from "../../kernel/nftables/set-form.ts";
import { setsNamed } from "../../render/nftables/sets-named.ts";
import { nftWords } from "../../render/rule-text.ts";
import type { OurNftTable } from "../nft-standing.ts";

/** The sets that rules look into. */
export const setsNamedInNft = ({ chains }: PrintedNftTable): Set<string> =>
  new Set(chains.flatMap(({ rules }) => rules.flatMap(setsNamed)));

/** Addresses before what is said of them. */
const keys = (set: PrintedNftSet | undefined): Set<string> =>
  new Set(set?.elements.map((each) => each.split(" ")[0] ?? ""));

const isEqual = (left: ReadonlySet<string>, right: ReadonlySet<string>): boolean =>
  left.symmetricDifference(right).size === 0;

/** The sets that say in other words what the maps say, and do not. */
function otherwise(family: Family, sets: ReadonlyMap<string, PrintedNftSet>): string[] {
  const isolated = (direction: Direction): Set<string> => keys(sets.get(verdictMap(family, direction)));
  const all = new Set(directions.flatMap((direction) => [...isolated(direction)]));
  const meant: readonly (readonly [string, ReadonlySet<string>])[] = [
    ...directions.map((direction) => [isolatedNow(family, direction), isolated(direction)] as const),
    [selfSet(family), new Set([...all].map((each) => `${each} . ${each}`))],
  ];
  return meant.flatMap(([name, elements]) => {
    const set = sets.get(name);
    const held = set?.elements.map((element) => nftWords(element));
    return held === undefined || isEqual(new Set(held), elements) ? [] : [name];
  });
}

/** The ends of a map that let a pod's packets go by its class. */
const strayEnds = (classes: string, sets: ReadonlyMap<string, PrintedNftSet>): string[] =>
  (sets.get(classes)?.elements ?? [])
    .filter((each) => !/ : goto SV-C-/.test(each))
    .map((each) => `${classes} leads elsewhere than to a class: ${each}`);

/** And those of a map of ports that lead elsewhere than to the class's own rules for the port. */
function strayPorts(classes: string, ports: string, sets: ReadonlyMap<string, PrintedNftSet>): string[] {
  const elements = (name: string): readonly string[] => sets.get(name)?.elements ?? [];
  const classOf = new Map(
    elements(classes).map((each): [string, string] => {
      const [address = "", chain = ""] = each.split(" : goto ");
      return [address, chain];
    }),
  );
  const stray = elements(ports).filter((each) => {
    const [, address = "", protocol, port, chain] =
      /^(\S+) \. (\S+) \. (\S+) : goto (SV-\S+)$/.exec(each) ?? [];
    return chain !== `${classOf.get(address) ?? classChainOf(chain ?? "")}-${protocol}-${port}`;
  });
  const lost = elements(ports).filter((each) => !classOf.has(each.split(" ")[0] ?? ""));
  return [
    ...stray.map((each) => `${ports} leads elsewhere than to the pod's class: ${each}`),
    ...(lost.length === 0
      ? []
      : [`${ports} knows addresses that ${classes} does not: ${lost.length} elements`]),
  ];
}

/** What is wrong with the sets of our table, in words; `unused` are those that no rule looks into. */
export function nftSetTroubles({ family, table }: OurNftTable): {
  readonly wrong: readonly string[];
  readonly unused: readonly string[];
} {
  if (table === undefined) return { wrong: [], unused: [] };
  const named = setsNamedInNft(table);
  const sets = new Map(table.sets.map((set) => [set.name, set]));
  const isMade = ({ kind, options }: PrintedNftSet): boolean =>
    readForm({ kind, lines: options }, family) !== undefined;
  return {
    wrong: [
      ...table.sets
        .filter(({ name }) => !isOurSet(name))
        .map(({ name }) => `a set that is not Selvedge's stands in its table: ${name}`),
      ...table.sets
        .filter((set) => isOurSet(set.name) && !isMade(set))
        .map(({ name }) => `${name} is of a type that Selvedge does not make`),
      ...otherwise(family, sets).map(
        (name) => `${name} does not hold what Selvedge put into it: pods may be open`,
      ),
      ...directions.flatMap((direction) => {
        const [classes, ports] = [verdictMap(family, direction), portMap(family, direction)];
        return [...strayEnds(classes, sets), ...strayPorts(classes, ports, sets)];
      }),
    ],
    unused: [...sets.keys()].filter((name) => isOurSet(name) && !named.has(name)),
  };
}
