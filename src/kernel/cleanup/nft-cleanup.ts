import { type Family, families } from "../../core/address.ts";
import { NFT_TABLE } from "../../render/names.ts";
import { header } from "../../render/nftables/words.ts";
import { ruleHash } from "../../render/rule-text.ts";
import type { Exec } from "../exec.ts";
import type { PrintedNftTable } from "../nftables/printed-table.ts";
import { type NftReading, readNftTable } from "../nftables/read-nft-table.ts";
import type { CleanupReport, Leftover, Thing } from "./report.ts";

const place = (family: Family): string => `nftables, ${family}`;

const thingsIn = (family: Family, { chains, sets }: PrintedNftTable): Thing[] => [
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

function unread(family: Family, reading: NftReading): Leftover[] {
  // Without nft nobody has written there.
  if (reading.kind !== "unreadable" || reading.isMissing) return [];
  return [{ what: place(family), why: `cannot be read: ${reading.message}`, heldBy: [] }];
}

/** Deletes our table, with all that is in it: no rule of another table can lead into it. */
async function clean(exec: Exec, family: Family): Promise<CleanupReport> {
  const reading = await readNftTable(exec, family, "names");
  if (reading.kind !== "read") return { removed: [], left: unread(family, reading) };
  const { code, stdout, stderr } = await exec({
    command: "nft",
    args: ["delete", "table", header[family], NFT_TABLE],
  });
  if (code === 0) return { removed: thingsIn(family, reading.table), left: [] };
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
  inBoth(async (family) => {
    const reading = await readNftTable(exec, family, "names");
    return {
      removed: reading.kind === "read" ? thingsIn(family, reading.table) : [],
      left: unread(family, reading),
    };
  });
