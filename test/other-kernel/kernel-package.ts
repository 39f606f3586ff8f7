import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { cacheDir } from "../../scripts/deploy/cache-dir.ts";
import { run } from "../cluster/build/run.ts";

/** A kernel of Debian's, unpacked. */
export interface Kernel {
  /** As `uname -r` says it: `6.1.0-56-amd64`. */
  readonly release: string;
  readonly image: string;
  /** A folder with `lib/modules/<release>` in it. */
  readonly root: string;
}

/** The newest package of a version of Linux that the machine's own sources have. Throws where they have none. */
async function newestPackage(version: string): Promise<string> {
  const names = `^linux-image-${version.replaceAll(".", String.raw`\.`)}[.][0-9].*-amd64-unsigned$`;
  const found = (await run("apt-cache", ["search", "--names-only", names]))
    .split("\n")
    .map((line) => line.split(" ")[0] ?? "")
    // Flavours for clouds and for real time lack modules, or bring other locks.
    .filter((name) => name !== "" && !/-(?:cloud|rt)-/.test(name));
  const [newest] = found.toSorted((a, b) => b.localeCompare(a, "en", { numeric: true }));
  if (newest === undefined) throw new Error(`no kernel ${version} among this machine's Debian packages`);
  return newest;
}

/** Fetches and unpacks the kernel, once a machine; nothing of it is installed. */
export async function fetchKernel(version: string): Promise<Kernel> {
  const name = await newestPackage(version);
  const root = cacheDir("kernels", name);
  if (!existsSync(root)) {
    const folder = await mkdtemp(join(tmpdir(), "selvedge-kernel-"));
    try {
      await run("apt-get", ["-o", "APT::Sandbox::User=root", "-qq", "download", name], { cwd: folder });
      const [archive] = await readdir(folder);
      if (archive === undefined) throw new Error(`apt-get download ${name}: nothing came`);
      await mkdir(cacheDir("kernels"), { recursive: true });
      const half = `${root}.half`;
      await rm(half, { recursive: true, force: true });
      await run("dpkg", ["-x", join(folder, archive), half]);
      const [release] = await readdir(join(half, "lib/modules"));
      await run("depmod", ["-b", half, release ?? ""]);
      await rename(half, root);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }
  const [release] = await readdir(join(root, "lib/modules"));
  if (release === undefined) throw new Error(`${root} has no modules`);
  return { release, image: join(root, "boot", `vmlinuz-${release}`), root };
}
