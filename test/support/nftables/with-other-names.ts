import type { Element } from "./named-set.ts";
import { readRule } from "./rule.ts";
import type { NftTable } from "./table.ts";

/** A table whose chains have other names: whatever led to them still does. */
export function withOtherNames(
  { width, sets, chains }: NftTable,
  names: ReadonlyMap<string, string>,
): NftTable {
  const other = (name: string): string => names.get(name) ?? name;
  const said = (text: string): string => text.replaceAll(/"[^"]*"|[\w-]+/g, other);
  const named = (element: Element): Element => {
    const { text, target } = element;
    if (target?.kind !== "jump" && target?.kind !== "goto") return element;
    return { ...element, text: said(text), target: { ...target, chain: other(target.chain) } };
  };
  const otherSets = new Map(
    [...sets].map(([name, set]) => [
      name,
      { ...set, elements: new Map([...set.elements].map(([key, element]) => [key, named(element)])) },
    ]),
  );
  return {
    width,
    sets: otherSets,
    chains: new Map(
      [...chains].map(([name, { rules, ...rest }]) => [
        other(name),
        { ...rest, rules: rules.map(({ text }) => readRule(said(text), width, otherSets)) },
      ]),
    ),
  };
}
