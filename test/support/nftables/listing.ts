import { type NamedSet, typeText } from "./named-set.ts";
import type { NftTable } from "./table.ts";

function setLines(set: NamedSet): string[] {
  const { name, kind, elements } = set;
  const texts = [...elements.values()].map(({ text }) => text);
  return [
    `\t${kind} ${name} {`,
    ...typeText(set).map((line) => `\t\t${line}`),
    ...(texts.length === 0 ? [] : [`\t\telements = { ${texts.join(",\n\t\t\t     ")} }`]),
    "\t}",
    "",
  ];
}

/** As `nft -s list table` prints it. */
export function listing(family: "ip" | "ip6", name: string, { sets, chains }: NftTable): string {
  const chainLines = [...chains].flatMap(([chain, { base, rules }]) => [
    `\tchain ${chain} {`,
    ...(base === undefined ? [] : [`\t\t${base}`]),
    ...rules.map(({ text }) => `\t\t${text}`),
    "\t}",
    "",
  ]);
  const blocks = [...[...sets.values()].flatMap(setLines), ...chainLines];
  return [`table ${family} ${name} {`, ...blocks.slice(0, -1), "}", ""].join("\n");
}
