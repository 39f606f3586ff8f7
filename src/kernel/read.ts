import { type Family, families } from "../core/address.ts";
import { type Exec, execOrThrow } from "./exec.ts";
import { parseIpsetSave } from "./read-ipset.ts";
import { parseIptablesSave } from "./read-iptables.ts";
import type { KernelState, StandingTable } from "./state.ts";
import { type Variant, saveCommand } from "./variant.ts";

/** What stands, as far as it can be told. */
export interface Reading {
  /** Of a family that could not be read it says that nothing stands. */
  readonly state: KernelState;
  /** The families whose rules could not be read, and why. Nothing of them may be written. */
  readonly unread: ReadonlyMap<Family, string>;
}

const nothing: StandingTable = { chains: new Map(), hooks: { FORWARD: [], OUTPUT: [] }, held: new Set() };

const wordsOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Reads what stands. A family that cannot be read does not keep the other from being so: a node without IPv6 has no
 * ip6tables. Throws where the sets of both cannot be read: without knowing what stands, nothing may be written.
 */
export async function readStanding(exec: Exec, variant: Variant): Promise<Reading> {
  const table = async (family: Family): Promise<StandingTable | string> => {
    const command = saveCommand(variant, family);
    return execOrThrow(exec, { command, args: ["-t", "mangle"] }).then(parseIptablesSave, wordsOf);
  };
  const [sets, IPv4, IPv6] = await Promise.all([
    execOrThrow(exec, { command: "ipset", args: ["save"] }),
    table("IPv4"),
    table("IPv6"),
  ]);
  const read = { IPv4, IPv6 };
  const known = (each: StandingTable | string): StandingTable => (typeof each === "string" ? nothing : each);
  return {
    state: { sets: parseIpsetSave(sets), tables: { IPv4: known(IPv4), IPv6: known(IPv6) } },
    unread: new Map(
      families.flatMap((family): [Family, string][] => {
        const each = read[family];
        return typeof each === "string" ? [[family, each]] : [];
      }),
    ),
  };
}

/** Reads what stands, whole; throws where a tool is missing or fails. */
export async function readKernel(exec: Exec, variant: Variant): Promise<KernelState> {
  const { state, unread } = await readStanding(exec, variant);
  const [why] = unread.values();
  if (why !== undefined) throw new Error(why);
  return state;
}
