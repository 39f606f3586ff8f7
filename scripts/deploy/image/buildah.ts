import { type ExecResult, processExec } from "../../../src/kernel/exec.ts";
import { cacheDir } from "../cache-dir.ts";

/** Runs buildah on a storage of our own, apart from the machine's, so that what is cached there is ours to remove. */
export const buildah = (args: readonly string[]): Promise<ExecResult> =>
  processExec({
    command: "buildah",
    args: ["--root", cacheDir("image", "storage"), "--runroot", cacheDir("image", "run"), ...args],
    timeoutMs: 1_800_000,
  });
