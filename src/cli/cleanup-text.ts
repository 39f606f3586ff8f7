import type { CleanupReport, Leftover, Thing } from "../kernel/cleanup/report.ts";
import { backendName } from "../kernel/variant.ts";

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? "" : "s"}`;

const IPSETS = "sets";

/** Where a thing was; mangle goes without saying. */
function placeOf(thing: Thing): string {
  if (!("variant" in thing)) return IPSETS;
  const table = "table" in thing && thing.table === "filter" ? ", filter" : "";
  return `${backendName(thing.variant)}, ${thing.family}${table}`;
}

/** What went from one place. */
function removedText(things: readonly Thing[]): string {
  const hooks = things.filter((thing) => thing.kind === "hook");
  const chains = things.filter((thing) => thing.kind === "chain");
  const sets = things.filter((thing) => thing.kind === "set");
  const rules = chains.reduce((sum, chain) => sum + chain.rules, 0);
  const where = hooks.length === 0 ? "" : ` (${hooks.map(({ chain }) => chain).join(", ")})`;
  const hooked = chains.every(({ variant }) => variant !== "nftables")
    ? [`${count(hooks.length, "hook")}${where}`]
    : [];
  return [
    ...hooked,
    `${count(chains.length, "chain")} with ${count(rules, "rule")}`,
    ...(sets.length === 0 ? [] : [count(sets.length, "set")]),
  ].join(", ");
}

const foreignLines = (things: readonly Thing[]): string[] =>
  things.flatMap((thing) =>
    thing.kind === "chain"
      ? thing.foreignRules.map(
          (rule) => `  among them one that others had put there: -A ${thing.name} ${rule}`,
        )
      : [],
  );

function leftLines({ what, why, heldBy }: Leftover): string[] {
  return [`left ${what}: ${why}`, ...heldBy.map((rule) => `  ${rule}`)];
}

/** A report for people: what went, counted by place, and one line for each thing that stays. */
export function cleanupText({ removed, left }: CleanupReport, verb: "removed" | "would remove"): string {
  const places = Map.groupBy(removed, placeOf);
  const ipsets = places.get(IPSETS)?.length ?? 0;
  places.delete(IPSETS);
  const lines = [
    ...[...places].flatMap(([place, things]) => [
      `${verb} ${place}: ${removedText(things)}`,
      ...foreignLines(things),
    ]),
    ...(ipsets === 0 ? [] : [`${verb} ${count(ipsets, "set")}`]),
    ...left.flatMap(leftLines),
  ];
  return lines.length === 0 ? "nothing of Selvedge's is here\n" : `${lines.join("\n")}\n`;
}
