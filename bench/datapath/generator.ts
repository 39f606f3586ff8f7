import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { execOrThrow, processExec } from "../../src/kernel/exec.ts";

const SOURCE = fileURLToPath(new URL("./packets.c", import.meta.url));

/** Compiles the packet generator into a directory of this run's own; returns both. */
export async function compileGenerator(): Promise<{ readonly dir: string; readonly program: string }> {
  const dir = await mkdtemp(join(tmpdir(), "selvedge-bench-"));
  const program = join(dir, "packets");
  await execOrThrow(processExec, { command: "cc", args: ["-O2", "-Wall", "-o", program, SOURCE] });
  return { dir, program };
}
