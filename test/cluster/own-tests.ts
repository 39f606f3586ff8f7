import { spawn } from "node:child_process";
import { inRepository } from "./rig/repository.ts";

export interface OwnResult {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

const COUNTS = /^(\d+) passed, (\d+) failed, (\d+) skipped$/m;

/** Runs test/e2e on the running cluster; its output is shown as it comes. */
export async function runOwnTests(): Promise<OwnResult> {
  const vitest = inRepository("node_modules/vitest/vitest.mjs");
  const args = [vitest, "run", "--config", "test/e2e/vitest.config.ts"];
  const child = spawn(process.execPath, args, { cwd: inRepository(), stdio: ["ignore", "pipe", "inherit"] });
  let said = "";
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString();
    process.stdout.write(chunk);
  });
  const code = await new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve(status ?? 1));
  });
  const [, passed = 0, failed = 0, skipped = 0] = COUNTS.exec(said) ?? [];
  const counted = { passed: Number(passed), failed: Number(failed), skipped: Number(skipped) };
  // It may have ended before it could count.
  return code !== 0 && counted.failed === 0 ? { ...counted, failed: 1 } : counted;
}
