import { type Family, families } from "../core/address.ts";
import { UNREFUSED_CHAIN } from "../render/names.ts";
import type { FamilyRuleset, Ruleset } from "../render/ruleset.ts";
import { type Exec, execOrThrow } from "./exec.ts";
import type { OurTableName } from "./ours.ts";
import { parseIpsetSave } from "./read-ipset.ts";
import { parseIptablesSave } from "./read-iptables.ts";
import { SavedChains } from "./saved-chains.ts";
import { type KernelState, type StandingTable, nothingStands } from "./state.ts";
import { type Variant, saveCommand } from "./variant.ts";

/** What stands, as far as it can be told. */
export interface Reading {
  /** Of a family that could not be read it says that nothing stands. */
  readonly state: KernelState;
  /** The families whose rules could not be read, and why. Nothing of them may be written. */
  readonly unread: ReadonlyMap<Family, string>;
  /** Those of which only table filter could not be. */
  readonly unreadFilter: ReadonlyMap<Family, string>;
}

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

interface ReadTable {
  readonly table: StandingTable;
  readonly unread?: string;
  readonly unreadFilter?: string;
}

async function readTable(
  exec: Exec,
  variant: Variant,
  family: Family,
  wanted: FamilyRuleset | undefined,
  chains: SavedChains,
): Promise<ReadTable> {
  const save = (name: OurTableName): Promise<string> =>
    execOrThrow(exec, { command: saveCommand(variant, family), args: ["-t", name] });
  const parse = (text: string): StandingTable =>
    parseIptablesSave(text, (table) => chains.reading(`${family} ${table}`));
  const mangle = await save("mangle").then(parse, wordsOf);
  if (typeof mangle === "string") return { table: nothingStands, unread: mangle };
  // To name a table of iptables-legacy is to make it: filter is left alone where nothing of ours can be there.
  if (wanted?.filter === undefined && !mangle.chains.has(UNREFUSED_CHAIN)) return { table: mangle };
  const filter = await save("filter").then(parse, wordsOf);
  return typeof filter === "string"
    ? { table: mangle, unreadFilter: filter }
    : { table: { ...mangle, filter: filter.filter ?? nothingStands } };
}

/** Reads the sets that stand, of both families; throws where that fails. */
export const readSets = (exec: Exec): Promise<KernelState["sets"]> =>
  execOrThrow(exec, { command: "ipset", args: ["save"] }).then(parseIpsetSave);

/**
 * Reads what stands; table filter where `wanted` has something there, or mangle tells that there may be something of ours. A
 * family that cannot be read does not keep the other from being so: a node without IPv6 has no ip6tables. Throws where the
 * sets of both cannot be read: without knowing what stands, nothing may be written. `chains` spares reading what is as before.
 */
export async function readStanding(
  exec: Exec,
  variant: Variant,
  wanted?: Ruleset,
  chains = new SavedChains(),
): Promise<Reading> {
  const [sets, IPv4, IPv6] = await Promise.all([
    readSets(exec),
    readTable(exec, variant, "IPv4", wanted?.IPv4, chains),
    readTable(exec, variant, "IPv6", wanted?.IPv6, chains),
  ]);
  const read = { IPv4, IPv6 };
  const unread = (what: "unread" | "unreadFilter"): Map<Family, string> =>
    new Map(
      families.flatMap((family): [Family, string][] => {
        const why = read[family][what];
        return why === undefined ? [] : [[family, why]];
      }),
    );
  return {
    state: { sets, tables: { IPv4: IPv4.table, IPv6: IPv6.table } },
    unread: unread("unread"),
    unreadFilter: unread("unreadFilter"),
  };
}

/** Reads what stands, whole; throws where a tool is missing or fails. */
export async function readKernel(exec: Exec, variant: Variant, wanted?: Ruleset): Promise<KernelState> {
  const { state, unread, unreadFilter } = await readStanding(exec, variant, wanted);
  const [why] = [...unread.values(), ...unreadFilter.values()];
  if (why !== undefined) throw new Error(why);
  return state;
}
