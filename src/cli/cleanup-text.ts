import type { CleanupReport, Leftover, Thing } from "../kernel/cleanup/report.ts";

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? "" : "s"}`;

function removedLine(place: string, things: readonly Thing[]): string {
  const hooks = things.filter((thing) => thing.kind === "hook");
  const chains = things.filter((thing) => thing.kind === "chain");
  const rules = chains.reduce((sum, chain) => sum + chain.rules, 0);
  const where = hooks.length === 0 ? "" : ` (${hooks.map(({ chain }) => chain).join(", ")})`;
  return `${place}: ${count(hooks.length, "hook")}${where}, ${count(chains.length, "chain")} with ${count(rules, "rule")}`;
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
  const places = Map.groupBy(removed, (thing) =>
    thing.kind === "set"
      ? "sets"
      : `iptables-${thing.variant}, ${thing.family}${thing.table === "mangle" ? "" : `, ${thing.table}`}`,
  );
  const sets = places.get("sets")?.length ?? 0;
  places.delete("sets");
  const lines = [
    ...[...places].flatMap(([place, things]) => [
      `${verb} ${removedLine(place, things)}`,
      ...foreignLines(things),
    ]),
    ...(sets === 0 ? [] : [`${verb} ${count(sets, "set")}`]),
    ...left.flatMap(leftLines),
  ];
  return lines.length === 0 ? "nothing of Selvedge's is here\n" : `${lines.join("\n")}\n`;
}
