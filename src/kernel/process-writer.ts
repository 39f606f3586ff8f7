import type { Exec, ExecRequest } from "./exec.ts";
import { type Variant, restoreCommand } from "./variant.ts";
import { type KernelWriter, type Refusal, setOf } from "./writer.ts";

/**
 * Seconds to wait for another program's xtables lock. Short, as who waits is in no state that anybody could be told; the
 * next pass waits again.
 */
const LOCK_WAIT_SECONDS = 5;

/** After so many refused sets the cause is no longer the sets. */
const MOST_REFUSALS = 32;

/** What `ipset restore` says of the line at which it stopped; lines count from 1. */
const AT_LINE = /Error in line (\d+): ([^]*)/;

/** One process for each write: the way that needs nothing but the tools. */
export function processWriter(exec: Exec, variant: Variant): KernelWriter {
  let commands = 0;
  /** What was said against it, or nothing. */
  const run = async (request: ExecRequest): Promise<string | undefined> => {
    commands += 1;
    const { code, stdout, stderr } = await exec(request);
    return code === 0 ? undefined : (stderr || stdout).trim() || `exit ${code}`;
  };
  /** Where and why `ipset restore` stopped; nothing when it came to its end. */
  const restore = async (lines: readonly string[]): Promise<Refusal | undefined> => {
    if (lines.length === 0) return undefined;
    const input = `${lines.join("\n")}\n`;
    const said = await run({ command: "ipset", args: ["-exist", "restore"], input });
    if (said === undefined) return undefined;
    const [, number, message = said] = AT_LINE.exec(said) ?? [];
    return { line: number === undefined ? undefined : lines[Number(number) - 1], message };
  };
  const writeSets: KernelWriter["writeSets"] = async (lines) => {
    const refused = new Map<string, Refusal>();
    let left = lines;
    for (;;) {
      const refusal = await restore(left);
      if (refusal === undefined) return refused;
      const { line, message } = refusal;
      if (line === undefined || refused.size === MOST_REFUSALS) {
        for (const each of left) refused.set(setOf(each), { line: undefined, message });
        return refused;
      }
      const set = setOf(line);
      refused.set(set, refusal);
      // From the start: what stands before the line may not have been sent to the kernel yet. Twice does no harm.
      left = left.filter((each) => setOf(each) !== set);
    }
  };
  const destroySets: KernelWriter["destroySets"] = async (names) => {
    const held = new Map<string, string>();
    let left = names;
    for (;;) {
      const lines = left.map((name) => `destroy ${name}`);
      const refusal = await restore(lines);
      if (refusal === undefined) return held;
      const { line, message } = refusal;
      if (line === undefined)
        return new Map([...held, ...left.map((each): [string, string] => [each, message])]);
      held.set(setOf(line), message);
      left = left.slice(lines.indexOf(line) + 1);
    }
  };
  return {
    writeSets,
    destroySets,
    writeTable: (family, input) => {
      const args = ["--noflush", "--wait", `${LOCK_WAIT_SECONDS}`];
      return run({ command: restoreCommand(variant, family), args, input });
    },
    commands: () => commands,
  };
}
