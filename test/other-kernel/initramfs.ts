import { chmod, copyFile, mkdir, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { run } from "../cluster/build/run.ts";
import type { Kernel } from "./kernel-package.ts";

/** What it takes to see the machine's files, and to write over them in memory. */
const MODULES = ["virtio_pci", "9pnet_virtio", "9p", "overlay"];

/** The machine's files below a layer in memory, with the other kernel's modules: what is written there is gone with it. */
const INIT = `#!/bin/busybox sh
b=/bin/busybox
for module in /modules/*; do $b insmod $module; done
$b mount -t devtmpfs dev /dev
$b mount -t 9p -o ro,trans=virtio,version=9p2000.L,msize=512000,cache=loose machine /machine || exec $b poweroff -f
$b mount -t tmpfs -o size=75% layer /layer
$b mkdir -p /layer/upper /layer/work
$b mount -t overlay -o lowerdir=/machine,upperdir=/layer/upper,workdir=/layer/work root /root || exec $b poweroff -f
$b cp /job /root/.selvedge-job
exec $b switch_root /root /bin/bash /.selvedge-job
`;

/** The files of the modules that these need, in the order in which they are to be loaded. */
async function moduleFiles({ root, release }: Kernel): Promise<string[]> {
  const files = new Set<string>();
  for (const module of MODULES) {
    const lines = await run("modprobe", ["-d", root, "-S", release, "--show-depends", module]);
    for (const [, file] of lines.matchAll(/^insmod (\S+)/gm)) if (file !== undefined) files.add(file);
  }
  return [...files];
}

/** Writes what the kernel starts with: it loads what it needs, mounts the machine's files and hands over to the job. */
export async function writeInitramfs(kernel: Kernel, job: string, folder: string): Promise<string> {
  const tree = join(folder, "initramfs");
  for (const name of ["bin", "modules", "dev", "machine", "layer", "root"])
    await mkdir(join(tree, name), { recursive: true });
  await copyFile("/bin/busybox", join(tree, "bin/busybox"));
  for (const [index, file] of (await moduleFiles(kernel)).entries()) {
    const copy = join(tree, "modules", `${String(index).padStart(2, "0")}-${basename(file)}`);
    await copyFile(file, copy);
    if (copy.endsWith(".xz")) await run("xz", ["-d", copy]);
  }
  await writeFile(join(tree, "job"), job);
  await writeFile(join(tree, "init"), INIT);
  await chmod(join(tree, "init"), 0o755);
  const archive = join(folder, "initramfs.img");
  await run("sh", ["-c", 'find . | cpio --quiet -o -H newc | gzip -1 > "$1"', "sh", archive], { cwd: tree });
  return archive;
}
