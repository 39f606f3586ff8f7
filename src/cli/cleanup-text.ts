import type { CleanupReport, Leftover, Thing } from "../kernel/cleanup/report.ts";
import { backendName } from "../kernel/variant.ts";
import { header } from "../render/nftables/words.ts";

type Chain = Extract<Thing, { readonly kind: "chain" }>;

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? "" : "s"}`;

const IPSETS = "sets";

/** Where a thing was; mangle goes without saying. */
function placeOf(thing: Thing): string {
  if (!("variant" in thing)) return IPSETS;
  const table = "table" in thing && thing.table === "filter" ? ", filter" : "";
  return `${backendName(thing.variant)}, ${thing.family}${table}`;
}

const chainsText = (chains: readonly Chain[]): string =>
  `${count(chains.length, "chain")} with ${count(
    chains.reduce((sum, { rules }) => sum + rules, 0),
    "rule",
  )}`;

/** What went from one place. */
function removedText(things: readonly Thing[]): string {
  const hooks = things.filter((thing) => thing.kind === "hook");
  const tables = things.filter((thing) => thing.kind === "table");
  const chains = things.filter((thing) => thing.kind === "chain");
  const sets = things.filter((thing) => thing.kind === "set");
  const rules = things.filter((thing) => thing.kind === "rule");
  const ofOthers = rules.length === 0 ? [] : [`${count(rules.length, "rule")} of others`];
  if (rules.length === things.length) return ofOthers.join("");
  const where = hooks.length === 0 ? "" : ` (${hooks.map(({ chain }) => chain).join(", ")})`;
  const parts =
    tables.length === 0
      ? [`${count(hooks.length, "hook")}${where}`, chainsText(chains)]
      : [...tables.map(({ name }) => `table ${name}`), ...(chains.length === 0 ? [] : [chainsText(chains)])];
  return [...parts, ...(sets.length === 0 ? [] : [count(sets.length, "set")]), ...ofOthers].join(", ");
}

/** A rule as the command that would add it, in the words of its tool. */
const added = ({ variant, family, table, name }: Chain, rule: string): string =>
  variant === "nftables" ? `add rule ${header[family]} ${table} ${name} ${rule}` : `-A ${name} ${rule}`;

const foreignLines = (things: readonly Thing[]): string[] =>
  things.flatMap((thing) => {
    if (thing.kind === "rule") return [`  put into a chain that stays: -A ${thing.chain} ${thing.rule}`];
    return thing.kind === "chain"
      ? thing.foreignRules.map((rule) => `  among them one that others had put there: ${added(thing, rule)}`)
      : [];
  });

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
