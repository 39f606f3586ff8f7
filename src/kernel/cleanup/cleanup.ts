import { setTimeout as sleep } from "node:timers/promises";
import type { Exec, ExecResult } from "../exec.ts";
import { readEverywhere } from "../read-everywhere.ts";
import { hasOurs, mangleOf } from "../ours.ts";
import { type Backend, restoreCommand } from "../variant.ts";
import { type CleanupPlan, planCleanup } from "./plan-cleanup.ts";
import { cleanNftables, cleanNftablesDryRun } from "./nft-cleanup.ts";
import type { TableCleanup } from "./plan-table.ts";
import type { CleanupReport, Leftover, Thing } from "./report.ts";

const LOCK_WAIT_SECONDS = 30;
/** Another program may write between our look and our write; then what we wanted is refused whole, and we look again. */
const PASSES = 3;
/** The kernel lets go of a set a moment after the last rule that names it is gone. */
const SET_ROUNDS = 10;
const SET_PAUSE_MS = 200;

interface Standing {
  readonly plan: CleanupPlan;
  /** What could not be looked at, and may hold something of ours. */
  readonly unknown: readonly Leftover[];
}

/** By the shell's convention, which `Exec` follows. */
const NOT_FOUND = 127;

/** Sets that cannot be listed. Where there is no ipset nobody has made any, unless rules of ours say otherwise: they name some. */
function unlisted({ code, stderr }: ExecResult, plan: CleanupPlan, removed: readonly Thing[]): Leftover[] {
  const isOurs = plan.tables.some(({ input }) => input !== undefined) || removed.length > 0;
  if (code === 0 || (code === NOT_FOUND && !isOurs)) return [];
  return [{ what: "sets", why: `cannot be listed: ${stderr.trim() || `exit ${code}`}`, heldBy: [] }];
}

/** Whether what stands in a backend is to go: all of it, or that of the only one. */
const isMeant = (backend: Backend, only: Backend | undefined): boolean =>
  only === undefined || only === backend;

/**
 * Looks at iptables and ipsets, of which this has been removed already. Both iptables have the same sets: where ours stands in one
 * that is to stay, they stay with it, and its enforcer destroys what it does not need.
 */
async function look(
  exec: Exec,
  only: Backend | undefined,
  removed: readonly Thing[] = [],
): Promise<Standing> {
  const [everywhere, listed] = await Promise.all([
    readEverywhere(exec),
    exec({ command: "ipset", args: ["list", "-name"] }),
  ]);
  const rules = everywhere.filter(({ variant }) => isMeant(variant, only));
  const staying = everywhere.filter(({ variant }) => !isMeant(variant, only));
  const isShared = staying.some((each) => each.reading.kind === "unreadable" || hasOurs(mangleOf(each)));
  const areSetsMeant = only !== "nftables" && !isShared;
  const planned = planCleanup(everywhere, areSetsMeant && listed.code === 0 ? listed.stdout.split("\n") : []);
  const plan = { ...planned, tables: planned.tables.filter(({ variant }) => isMeant(variant, only)) };
  const unread = rules.flatMap(({ variant, family, reading }): Leftover[] =>
    reading.kind === "unreadable"
      ? [{ what: `iptables-${variant}, ${family}`, why: `cannot be read: ${reading.message}`, heldBy: [] }]
      : [],
  );
  return { plan, unknown: [...unread, ...(areSetsMeant ? unlisted(listed, plan, removed) : [])] };
}

/** Mangle goes without saying. */
const place = ({ variant, family, table }: TableCleanup): string =>
  `iptables-${variant}, ${family}${table === "mangle" ? "" : `, ${table}`}`;

const thingsOf = ({ variant, family, table, hooks, chains, kept }: TableCleanup): Thing[] => [
  ...hooks.map(({ chain, rule }): Thing => ({ kind: "hook", variant, family, table, chain, rule })),
  ...chains.map(({ name, rules, foreign }): Thing => ({
    kind: "chain",
    variant,
    family,
    table,
    name,
    rules,
    foreignRules: foreign,
  })),
  ...kept.flatMap(({ name, foreign }) =>
    foreign.map((rule): Thing => ({ kind: "rule", variant, family, table, chain: name, rule })),
  ),
];

const keptOf = (table: TableCleanup): Leftover[] =>
  table.kept.map(({ name, heldBy }) => ({
    what: `${place(table)}: chain ${name}`,
    why: "empty, but rules of others lead to it",
    heldBy,
  }));

const keptSets = ({ keptSets }: CleanupPlan): Leftover[] =>
  keptSets.map(({ name, heldBy }) => ({ what: `set ${name}`, why: "rules of others name it", heldBy }));

const NONE: ReadonlySet<string> = new Set();

const NOTHING: CleanupReport = { removed: [], left: [] };

/** What a cleanup would do; nothing is written. */
export async function cleanupDryRun(exec: Exec, only?: Backend): Promise<CleanupReport> {
  const [{ plan, unknown }, nftables] = await Promise.all([
    look(exec, only),
    isMeant("nftables", only) ? cleanNftablesDryRun(exec) : NOTHING,
  ]);
  return {
    removed: [
      ...plan.tables.flatMap(thingsOf),
      ...plan.sets.map((name): Thing => ({ kind: "set", name })),
      ...nftables.removed,
    ],
    left: [...unknown, ...plan.tables.flatMap(keptOf), ...keptSets(plan), ...nftables.left],
  };
}

/** Writes one table; `undefined` when it is done, else what iptables said. */
async function writeTable(exec: Exec, { variant, family, input }: TableCleanup): Promise<string | undefined> {
  if (input === undefined) return undefined;
  const { code, stdout, stderr } = await exec({
    command: restoreCommand(variant, family),
    args: ["--noflush", "--wait", `${LOCK_WAIT_SECONDS}`],
    input,
  });
  return code === 0 ? undefined : (stderr || stdout).trim() || `exit ${code}`;
}

/** Destroys sets, trying again those that the kernel still holds. Returns those that stay, with the kernel's words. */
async function destroySets(exec: Exec, names: readonly string[]): Promise<Map<string, string>> {
  let left = new Map(names.map((name) => [name, ""]));
  for (let round = 0; round < SET_ROUNDS && left.size > 0; round += 1) {
    if (round > 0) await sleep(SET_PAUSE_MS);
    const refused = new Map<string, string>();
    for (const name of left.keys()) {
      const { code, stderr } = await exec({ command: "ipset", args: ["destroy", name] });
      if (code !== 0) refused.set(name, stderr.trim() || `exit ${code}`);
    }
    left = refused;
  }
  return left;
}

/** Hooks and chains, one atomic step for each variant and family that has any. */
async function cleanTables(exec: Exec, only: Backend | undefined): Promise<CleanupReport> {
  const removed: Thing[] = [];
  let left: readonly Leftover[] = [];
  for (let pass = 0; pass < PASSES; pass += 1) {
    const { plan } = await look(exec, only);
    const failed: Leftover[] = [];
    for (const table of plan.tables) {
      const said = await writeTable(exec, table);
      if (said === undefined) removed.push(...thingsOf(table));
      else failed.push({ what: `${place(table)}: hooks and chains`, why: said, heldBy: [] });
    }
    left = failed;
    if (failed.length === 0) break;
  }
  return { removed, left };
}

/**
 * Removes exactly what is ours, of both iptables and both families: hooks and chains first, then the sets that they named; and our
 * tables of nftables.
 * What rules of others hold is left and said; with `only`, what stands elsewhere is left, and not said. Nothing here asks an API server; an enforcer that still runs writes all of it
 * again, at once or within seconds: what it has put back is not said to be left.
 */
export async function cleanup(exec: Exec, only?: Backend): Promise<CleanupReport> {
  const tables = await cleanTables(exec, only);
  const { plan, unknown } = await look(exec, only, tables.removed);
  const held = await destroySets(exec, plan.sets);
  const destroyed = plan.sets.filter((name) => !held.has(name));
  // Rules were gone, and name it again: an enforcer that runs was quicker, as it is with rules and tables.
  const putBack = held.size > 0 && tables.left.length === 0 ? (await look(exec, only)).plan.usedSets : NONE;
  const nftables = isMeant("nftables", only) ? await cleanNftables(exec) : NOTHING;
  return {
    removed: [
      ...tables.removed,
      ...destroyed.map((name): Thing => ({ kind: "set", name })),
      ...nftables.removed,
    ],
    left: [
      ...unknown,
      ...tables.left,
      ...plan.tables.flatMap(keptOf),
      ...keptSets(plan),
      ...[...held]
        .filter(([name]) => !putBack.has(name))
        .map(([name, why]): Leftover => ({ what: `set ${name}`, why, heldBy: [] })),
      ...nftables.left,
    ],
  };
}
