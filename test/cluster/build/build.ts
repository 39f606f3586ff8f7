import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";
import { startProgress } from "../../../src/lab/progress.ts";
import { cacheRoot } from "./cache.ts";
import { isUnpacked, unpackDebian } from "./debian-packages.ts";
import { buildProgram, goPrograms, isBuilt, optionalGoPrograms } from "./go-programs.ts";
import { isMade, makeImage, testImages } from "./test-images.ts";

function isOnPath(program: string): boolean {
  return (process.env["PATH"] ?? "").split(delimiter).some((folder) => {
    try {
      accessSync(join(folder, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** What this machine lacks for a real cluster, in words; empty where it has all. */
export function missingForCluster(): string[] {
  const lacks = ["go", "gcc", "apt-get", "dpkg", "openssl", "ip", "nsenter", "unshare", "iptables"].filter(
    (program) => !isOnPath(program),
  );
  const rootless = process.getuid?.() === 0 ? [] : ["root"];
  return [...rootless, ...lacks];
}

export interface Built {
  /** What could not be had, and why; the rest does without it. */
  readonly without: readonly string[];
}

/** Makes sure that every part is in the cache; the first time on a machine takes a quarter of an hour or so. */
export async function buildAll(): Promise<Built> {
  const progress = startProgress(process.stderr);
  const without: string[] = [];
  const missing = goPrograms.filter((program) => !isBuilt(program));
  if (missing.length > 0) process.stderr.write(`building into ${cacheRoot}, once a machine\n`);
  if (!isUnpacked()) {
    progress.step("Debian's etcd, containerd, runc, CNI plugins and busybox, unpacked");
    await unpackDebian();
  }
  for (const program of missing) {
    progress.step(`${program.name}, built by Go`);
    await buildProgram(program);
  }
  for (const program of optionalGoPrograms.filter((each) => !isBuilt(each))) {
    progress.step(`${program.name}, built by Go`);
    await buildProgram(program).catch((error: unknown) => {
      without.push(`${program.name}: ${String(error).split("\n").at(-1) ?? ""}`);
    });
  }
  for (const image of testImages.filter((each) => !isMade(each))) {
    const reason = image.missing?.();
    if (reason !== undefined) continue;
    progress.step(`image ${image.file}`);
    await makeImage(image);
  }
  progress.end();
  return { without };
}
