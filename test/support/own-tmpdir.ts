import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What is mounted somewhere below is somebody's files under another name. */
async function hasMounts(folder: string): Promise<boolean> {
  return (await readFile("/proc/self/mounts", "utf8").catch(() => "")).includes(` ${folder}/`);
}

/** Vitest's global set-up: all temporary files of a run, and of the programs that it starts, are in one folder, which goes with it. */
export default async function ownTmpdir(): Promise<() => Promise<void>> {
  const folder = await mkdtemp(join(tmpdir(), "selvedge-"));
  process.env["TMPDIR"] = folder;
  return async () => {
    if (!(await hasMounts(folder))) await rm(folder, { recursive: true, force: true });
  };
}
