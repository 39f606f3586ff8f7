import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));

export interface Ran {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the very program that is installed, as a process, from the checkout's root. */
export function selvedge(args: readonly string[], input = ""): Ran {
  const { status, stdout, stderr } = spawnSync(join(root, "bin/selvedge"), args, {
    cwd: root,
    input,
    encoding: "utf8",
  });
  return { status, stdout, stderr };
}

/** Writes a file into a folder of its own and returns its path. */
export function fileWith(text: string, name = "manifest.yaml"): string {
  const path = join(mkdtempSync(join(tmpdir(), "selvedge-cli-")), name);
  writeFileSync(path, text);
  return path;
}
