import { mkdir, readFile, rename, rm } from "node:fs/promises";
import { existsSync } from "node:fs";
import { join } from "node:path";
import { execOrThrow, processExec } from "../../../src/kernel/exec.ts";
import { cacheDir } from "../cache-dir.ts";
import { type Architecture, nodeArch } from "./architecture.ts";

/** The folder of Node's own package for an architecture, of the version that the lockfile pins; fetched once a machine. */
export async function nodePackage(architecture: Architecture): Promise<string> {
  const { version } = JSON.parse(await readFile("node_modules/node/package.json", "utf8")) as {
    readonly version: string;
  };
  const name = `node-linux-${nodeArch(architecture)}`;
  const folder = cacheDir("image", `${name}-${version}`);
  if (existsSync(folder)) return folder;
  const half = `${folder}.${process.pid}`;
  await mkdir(half, { recursive: true });
  try {
    await execOrThrow(processExec, {
      command: "npm",
      args: ["pack", `${name}@${version}`, "--silent", "--pack-destination", half],
      timeoutMs: 600_000,
    });
    await execOrThrow(processExec, {
      command: "tar",
      args: ["-xzf", join(half, `${name}-${version}.tgz`), "-C", half, "package/bin/node", "package/LICENSE"],
    });
    await rename(join(half, "package"), folder);
  } finally {
    await rm(half, { recursive: true, force: true });
  }
  return folder;
}
