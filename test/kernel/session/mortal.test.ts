import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, openSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { must } from "../../support/must.ts";

const PARENT = fileURLToPath(new URL("parent-process.ts", import.meta.url));
const CHILDREN = 3;

/** A process that nobody has waited for yet is over all the same. */
function isAlive(pid: number): boolean {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
}

/** Starts the parent; fulfilled with its children when all of them run. */
async function parent(env: NodeJS.ProcessEnv): Promise<{ process: ChildProcess; children: number[] }> {
  const directory = mkdtempSync(join(tmpdir(), "selvedge-mortal-"));
  const file = join(directory, "children");
  const started = spawn(process.execPath, [PARENT], {
    env,
    stdio: ["ignore", openSync(file, "a"), "ignore"],
  });
  const told = (): number[] => (readFileSync(file, "utf8").match(/^\d+$/gm) ?? []).map(Number);
  onTestFinished(() => {
    for (const pid of [must(started.pid), ...told()]) if (isAlive(pid)) process.kill(pid, "SIGKILL");
    rmSync(directory, { recursive: true });
  });
  await expect.poll(told, { timeout: 20_000 }).toHaveLength(CHILDREN);
  const children = told();
  return { process: started, children };
}

async function kill(dying: ChildProcess): Promise<void> {
  const gone = once(dying, "exit");
  dying.kill("SIGKILL");
  await gone;
}

test(
  "programs that an enforcer runs do not outlive it, though it be killed",
  { timeout: 60_000 },
  async () => {
    const { process: dying, children } = await parent(process.env);
    expect(children.map(isAlive)).toEqual([true, true, true]);
    await kill(dying);
    await expect.poll(() => children.filter(isAlive)).toEqual([]);
  },
);

test("where there is no setpriv they run all the same", { timeout: 60_000 }, async () => {
  const { children } = await parent({ PATH: "/nonexistent" });
  expect(children.map(isAlive)).toEqual([true, true, true]);
});
