import { type Family, families } from "../../core/address.ts";
import { NFT_TABLE } from "../../render/names.ts";
import { header } from "../../render/nftables/words.ts";
import { ruleHash } from "../../render/rule-text.ts";
import type { Exec } from "../exec.ts";
import type { PrintedNftTable } from "../nftables/printed-table.ts";
import { type NftReading, readNftTable, saysNoTable } from "../nftables/read-nft-table.ts";
import type { CleanupReport, Thing } from "./report.ts";

const place = (family: Family): string => `nftables, ${family}`;

const tableOf = (family: Family): Thing => ({ kind: "table", variant: "nftables", family, name: NFT_TABLE });

const thingsIn = (family: Family, { chains, sets }: PrintedNftTable): Thing[] => [
  tableOf(family),
  ...chains.map(({ name, rules }): Thing => ({
    kind: "chain",
    variant: "nftables",
    family,
    table: NFT_TABLE,
    name,
    rules: rules.length,
    foreignRules: rules.filter((rule) => ruleHash(rule) === undefined),
  })),
  ...sets.map(({ name }): Thing => ({ kind: "set", variant: "nftables", family, name })),
];

const NOTHING: CleanupReport = { removed: [], left: [] };

/** What can be said of our table without having changed it. */
function seen(family: Family, reading: NftReading): CleanupReport {
  if (reading.kind === "read") return { removed: thingsIn(family, reading.table), left: [] };
  // Without nft nobody has written there.
  if (reading.kind === "absent" || reading.isMissing) return NOTHING;
  const why = `cannot be read: ${reading.message}`;
  return { removed: [], left: [{ what: place(family), why, heldBy: [] }] };
}

/** Deletes our table, with all that is in it, also where nft cannot list that: no rule of another table can lead into it. */
async function clean(exec: Exec, family: Family): Promise<CleanupReport> {
  const reading = await readNftTable(exec, family, "names");
  const report = seen(family, reading);
  if (report === NOTHING) return NOTHING;
  const { code, stdout, stderr } = await exec({
    command: "nft",
    args: ["delete", "table", header[family], NFT_TABLE],
    env: { LC_ALL: "C" },
  });
  if (code === 0) return reading.kind === "read" ? report : { removed: [tableOf(family)], left: [] };
  // Somebody else has deleted it since it was read.
  if (saysNoTable(stderr)) return NOTHING;
  if (reading.kind !== "read") return report;
  const why = (stderr || stdout).trim() || `exit ${code}`;
  return { removed: [], left: [{ what: `${place(family)}: table ${NFT_TABLE}`, why, heldBy: [] }] };
}

async function inBoth(each: (family: Family) => Promise<CleanupReport>): Promise<CleanupReport> {
  const reports = await Promise.all(families.map(each));
  return {
    removed: reports.flatMap(({ removed }) => removed),
    left: reports.flatMap(({ left }) => left),
  };
}

/** Removes our tables of nftables. */
export const cleanNftables = (exec: Exec): Promise<CleanupReport> => inBoth((family) => clean(exec, family));

/** What that would remove; nothing is written. */
export const cleanNftablesDryRun = (exec: Exec): Promise<CleanupReport> =>
  inBoth(async (family) => seen(family, await readNftTable(exec, family, "names")));
