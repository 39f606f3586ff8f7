import { existsSync } from "node:fs";
import { copyFile, cp, mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { archiveImage } from "./archive-image.ts";
import { images, programs } from "./cache.ts";
import { unpacked } from "./debian-packages.ts";
import { run } from "./run.ts";

/** Names under which Kubernetes 1.36 and its end-to-end tests ask for them; nothing is pulled. */
export const PAUSE_IMAGE = "registry.k8s.io/pause:3.10.2";
export const AGNHOST_IMAGE = "registry.k8s.io/e2e-test-images/agnhost:2.63.0";
export const COREDNS_IMAGE = "registry.k8s.io/coredns/coredns:selvedge-test";

interface TestImage {
  readonly file: string;
  /** Why it cannot be made; nothing where it can. */
  readonly missing?: () => string | undefined;
  readonly make: (root: string) => Promise<Parameters<typeof archiveImage>[2]>;
}

/** What holds a pod's namespaces: it waits, and reaps nothing, since it runs nothing. */
const PAUSE_SOURCE = `#include <signal.h>
#include <stdlib.h>
#include <unistd.h>
static void end(int signal) { _exit(0); }
int main(void) {
  signal(SIGINT, end);
  signal(SIGTERM, end);
  for (;;) pause();
}
`;

const pause: TestImage = {
  file: "pause.tar",
  make: async (root) => {
    await writeFile(join(root, "pause.c"), PAUSE_SOURCE);
    await run("gcc", ["-Os", "-static", "-o", join(root, "pause"), join(root, "pause.c")]);
    await rm(join(root, "pause.c"));
    return { name: PAUSE_IMAGE, entrypoint: ["/pause"] };
  },
};

/** A program of this machine with the libraries that it is linked with. */
async function addProgram(root: string, path: string): Promise<void> {
  await copyFile(path, join(root, "bin", basename(path)));
  const libraries = (await run("ldd", [path]).catch(() => "")).match(/\/\S+/g) ?? [];
  for (const library of libraries) {
    await mkdir(join(root, dirname(library)), { recursive: true });
    await cp(library, join(root, library), { dereference: true });
  }
}

/** Upstream's agnhost on a root of busybox, with the shell and the curl that its tests run. */
const agnhost: TestImage = {
  file: "agnhost.tar",
  make: async (root) => {
    for (const folder of ["bin", "tmp", "etc", "proc", "sys", "dev", "uploads", "root"])
      await mkdir(join(root, folder), { recursive: true });
    await run("chmod", ["1777", join(root, "tmp")]);
    await copyFile(join(programs, "agnhost"), join(root, "agnhost"));
    await copyFile(unpacked.busybox, join(root, "bin/busybox"));
    const applets = (await run(unpacked.busybox, ["--list"])).trim().split("\n");
    const own = ["/bin/bash", "/usr/bin/curl"].filter((path) => existsSync(path));
    const taken = new Set(["busybox", "sh", ...own.map((path) => basename(path))]);
    for (const applet of applets.filter((name) => !taken.has(name)))
      await symlink("busybox", join(root, "bin", applet));
    for (const path of own) await addProgram(root, path);
    await symlink(own.includes("/bin/bash") ? "bash" : "busybox", join(root, "bin/sh"));
    await writeFile(join(root, "etc/passwd"), "root:x:0:0:root:/root:/bin/sh\n");
    await writeFile(join(root, "etc/group"), "root:x:0:\n");
    await writeFile(join(root, "etc/nsswitch.conf"), "hosts: files dns\n");
    return { name: AGNHOST_IMAGE, entrypoint: ["/agnhost"], command: ["pause"] };
  },
};

const coredns: TestImage = {
  file: "coredns.tar",
  missing: () => (existsSync(join(programs, "coredns")) ? undefined : "coredns was not built"),
  make: async (root) => {
    await copyFile(join(programs, "coredns"), join(root, "coredns"));
    return { name: COREDNS_IMAGE, entrypoint: ["/coredns"] };
  },
};

export const testImages: readonly TestImage[] = [pause, agnhost, coredns];

export const isMade = ({ file }: TestImage): boolean => existsSync(join(images, file));

export async function makeImage({ file, make }: TestImage): Promise<void> {
  const root = await mkdtemp(join(tmpdir(), "selvedge-root-"));
  try {
    await archiveImage(root, join(images, file), await make(root));
  } finally {
    await rm(root, { recursive: true, force: true });
  }
}
