import type { Family } from "../../core/address.ts";
import { NFT_TABLE } from "../../render/names.ts";
import { header } from "../../render/nftables/words.ts";
import type { Exec } from "../exec.ts";
import { type PrintedNftTable, printedNftTable } from "./printed-table.ts";

/** Our table of one family, or why it cannot be told. */
export type NftReading =
  | { readonly kind: "read"; readonly table: PrintedNftTable }
  /** There is none. */
  | { readonly kind: "absent" }
  /** `isMissing`: there is no nft that could have made one, either. */
  | { readonly kind: "unreadable"; readonly message: string; readonly isMissing: boolean };

/** By the shell's convention, which `Exec` follows. */
const NOT_FOUND = 127;
const TIMED_OUT = 124;

/** Whether that is what nft says of a table that is not there. */
export const saysNoTable = (stderr: string): boolean => /^Error: No such file or directory/m.test(stderr);

/** Reads our table with the counters of its rules; `names` leaves out what its sets hold, which may be much. */
export async function readNftTable(exec: Exec, family: Family, what: "all" | "names"): Promise<NftReading> {
  const args = [...(what === "names" ? ["--terse"] : []), "list", "table", header[family], NFT_TABLE];
  const { code, stdout, stderr } = await exec({ command: "nft", args, env: { LC_ALL: "C" } });
  if (code === 0) return { kind: "read", table: printedNftTable(stdout) };
  if (saysNoTable(stderr) && code !== NOT_FOUND) return { kind: "absent" };
  const said = (stderr || stdout).trim().split("\n")[0] || `nft: exit ${code}`;
  const message = code === TIMED_OUT ? `${said}; it reads anew whenever somebody writes to nftables` : said;
  return { kind: "unreadable", message, isMissing: code === NOT_FOUND };
}
