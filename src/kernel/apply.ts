import { type Family, families } from "../core/address.ts";
import { setFamily } from "../render/names.ts";
import type { Exec, ExecRequest } from "./exec.ts";
import type { Plan } from "./plan.ts";
import { type Variant, restoreCommand } from "./variant.ts";

/** What went wrong, in the tool's own words. What stood before the failing step stands; earlier steps stay done. */
export interface ApplyFailure {
  readonly step: string;
  readonly message: string;
}

export interface ApplyResult {
  /** How many programs were run. */
  readonly commands: number;
  readonly failures: readonly ApplyFailure[];
}

/** Seconds that iptables-restore waits for another program's xtables lock. */
const LOCK_WAIT = 30;

const setOf = (line: string): string => line.split(" ", 2)[1] ?? "";

/**
 * Carries out a plan. Where sets cannot be filled no rule is written, as rules must not name sets that are missing; where
 * a family's rules cannot be written the rest of that family is left undone, as the old rules still need their peers. The
 * other family goes on: a node without IPv6 enforces IPv4. Whatever fails, what stood before goes on being enforced, and
 * the next pass starts from what then stands.
 */
export async function applyPlan(exec: Exec, variant: Variant, plan: Plan): Promise<ApplyResult> {
  const failures: ApplyFailure[] = [];
  let commands = 0;
  const run = async (step: string, request: ExecRequest): Promise<boolean> => {
    commands += 1;
    const { code, stdout, stderr } = await exec(request);
    if (code === 0) return true;
    failures.push({ step, message: (stderr || stdout).trim() || `exit ${code}` });
    return false;
  };
  const restoreSets = async (step: string, lines: readonly string[]): Promise<boolean> =>
    lines.length === 0 ||
    run(step, { command: "ipset", args: ["-exist", "restore"], input: `${lines.join("\n")}\n` });

  if (!(await restoreSets("fill sets", plan.setsBefore))) return { commands, failures };
  const whole = new Set<Family>(families);
  for (const [family, input] of plan.tables) {
    const args = ["--noflush", "--wait", `${LOCK_WAIT}`];
    const command = restoreCommand(variant, family);
    if (!(await run(`write ${family} rules`, { command, args, input }))) whole.delete(family);
  }
  const isWhole = (set: string): boolean => whole.has(setFamily(set));
  await restoreSets(
    "empty sets",
    plan.setsAfter.filter((line) => isWhole(setOf(line))),
  );
  // The kernel may hold a set for a moment after the last rule that named it is gone; the next pass tries again.
  for (const name of plan.destroy.filter(isWhole))
    await run(`destroy ${name}`, { command: "ipset", args: ["destroy", name] });
  return { commands, failures };
}
