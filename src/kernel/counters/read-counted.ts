import type { Family } from "../../core/address.ts";
import { type Exec, execOrThrow } from "../exec.ts";
import { type Variant, saveCommand } from "../variant.ts";
import { type CountedRule, parseCountedRules } from "./counted-rule.ts";

/** Our rules of both families with their counters, which go on counting. Throws where a tool is missing or fails. */
export async function readCounted(
  exec: Exec,
  variant: Variant,
): Promise<Readonly<Record<Family, CountedRule[]>>> {
  const read = async (family: Family): Promise<CountedRule[]> =>
    parseCountedRules(
      await execOrThrow(exec, { command: saveCommand(variant, family), args: ["-c", "-t", "mangle"] }),
    );
  const [IPv4, IPv6] = await Promise.all([read("IPv4"), read("IPv6")]);
  return { IPv4, IPv6 };
}
