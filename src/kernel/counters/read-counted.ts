import type { Family } from "../../core/address.ts";
import { type Exec, execOrThrow, inBackground } from "../exec.ts";
import { readNftTable } from "../nftables/read-nft-table.ts";
import { type Backend, saveCommand } from "../variant.ts";
import { type CountedRule, countedNftRules, parseCountedRules } from "./counted-rule.ts";

/** Reads the rules of one family with their counters. */
type Read = (family: Family) => Promise<CountedRule[]>;

function reader(exec: Exec, backend: Backend): Read {
  if (backend !== "nftables")
    return async (family) =>
      parseCountedRules(
        await execOrThrow(exec, { command: saveCommand(backend, family), args: ["-c", "-t", "mangle"] }),
      );
  return async (family) => {
    const reading = await readNftTable(exec, family, "names");
    if (reading.kind === "unreadable") throw new Error(reading.message);
    return reading.kind === "read" ? countedNftRules(reading.table) : [];
  };
}

/** Our rules of both families with their counters, which go on counting. Throws where a tool is missing or fails. */
export async function readCounted(
  exec: Exec,
  backend: Backend,
): Promise<Readonly<Record<Family, CountedRule[]>>> {
  const read = reader(exec, backend);
  const [IPv4, IPv6] = await Promise.all([read("IPv4"), read("IPv6")]);
  return { IPv4, IPv6 };
}

/** nft and iptables-nft-save begin again whenever somebody writes, and would do so for as long as that goes on. Milliseconds. */
const BESIDE_MS = 10_000;

/** The same beside an enforcer's writes: it stands back for whoever wants the CPU, and gives up in the end. */
export const readCountedBeside: typeof readCounted = (exec, backend) =>
  readCounted((request) => inBackground(exec)({ timeoutMs: BESIDE_MS, ...request }), backend);
