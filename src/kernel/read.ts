import type { Family } from "../core/address.ts";
import { type Exec, execOrThrow } from "./exec.ts";
import { parseIpsetSave } from "./read-ipset.ts";
import { parseIptablesSave } from "./read-iptables.ts";
import type { KernelState, StandingTable } from "./state.ts";
import { type Variant, saveCommand } from "./variant.ts";

/** Reads what stands. Throws where a tool is missing or fails: without knowing what stands, nothing may be written. */
export async function readKernel(exec: Exec, variant: Variant): Promise<KernelState> {
  const table = async (family: Family): Promise<StandingTable> =>
    parseIptablesSave(
      await execOrThrow(exec, { command: saveCommand(variant, family), args: ["-t", "mangle"] }),
    );
  const [sets, IPv4, IPv6] = await Promise.all([
    execOrThrow(exec, { command: "ipset", args: ["save"] }),
    table("IPv4"),
    table("IPv6"),
  ]);
  return { sets: parseIpsetSave(sets), tables: { IPv4, IPv6 } };
}
