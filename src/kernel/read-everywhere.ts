import { type Family, families } from "../core/address.ts";
import type { Exec } from "./exec.ts";
import { type SavedTable, parseSavedTables } from "./saved-rules.ts";
import { type Variant, saveCommand } from "./variant.ts";

/** All rules of one variant and family, or why they cannot be told. */
export interface VariantRules {
  readonly variant: Variant;
  readonly family: Family;
  readonly reading:
    | { readonly kind: "read"; readonly tables: readonly SavedTable[] }
    /** This machine has no such iptables. */
    | { readonly kind: "absent" }
    | { readonly kind: "unreadable"; readonly message: string };
}

export const variants: readonly Variant[] = ["nft", "legacy"];

/** By the shell's convention, which `Exec` follows. */
const NOT_FOUND = 127;

/** What iptables-nft says, with exit code 0, of a table in which others wrote what it has no words for. */
const INCOMPATIBLE = /Table [`']mangle' is incompatible/;

async function readOne(exec: Exec, variant: Variant, family: Family): Promise<VariantRules["reading"]> {
  const { code, stdout, stderr } = await exec({ command: saveCommand(variant, family), args: [] });
  if (code === NOT_FOUND) return { kind: "absent" };
  if (code !== 0) return { kind: "unreadable", message: (stderr || stdout).trim() || `exit ${code}` };
  const incompatible = `${stdout}\n${stderr}`.split("\n").find((line) => INCOMPATIBLE.test(line));
  if (incompatible !== undefined) return { kind: "unreadable", message: incompatible.replace(/^# /, "") };
  return { kind: "read", tables: parseSavedTables(stdout) };
}

/**
 * Everybody's rules, of both iptables and both families. No table is named: then only those are printed that are there,
 * while naming one would make the kernel create it.
 */
export function readEverywhere(exec: Exec): Promise<VariantRules[]> {
  const each = variants.flatMap((variant) => families.map((family) => ({ variant, family })));
  return Promise.all(
    each.map(async ({ variant, family }) => ({
      variant,
      family,
      reading: await readOne(exec, variant, family),
    })),
  );
}
