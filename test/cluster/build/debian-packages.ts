import { existsSync } from "node:fs";
import { mkdir, mkdtemp, readdir, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { debian } from "./cache.ts";
import { run } from "./run.ts";

/** Kubernetes 1.36 asks for containerd 2 and etcd 3.5, which Debian has in sid; the rest is the machine's own release's. */
const FROM_SID = ["containerd", "etcd-server", "containernetworking-plugins"];
const FROM_HERE = ["runc", "busybox-static"];

const MIRROR = "http://deb.debian.org/debian";

/** Where the packages' programs are, once they are fetched. */
export const unpacked = {
  containerd: join(debian, "usr/bin"),
  etcd: join(debian, "usr/bin/etcd"),
  cni: join(debian, "usr/lib/cni"),
  runc: join(debian, "usr/sbin/runc"),
  busybox: join(debian, "usr/bin/busybox"),
} as const;

export const isUnpacked = (): boolean => existsSync(debian);

/** apt with a state of its own: the machine's sources and lists stay as they are. */
async function sidOptions(folder: string): Promise<string[]> {
  await mkdir(join(folder, "lists/partial"), { recursive: true });
  await mkdir(join(folder, "cache/archives/partial"), { recursive: true });
  const list = join(folder, "sources.list");
  await writeFile(list, `deb ${MIRROR} sid main\n`);
  return [
    ["Dir::Etc::sourcelist", list],
    ["Dir::Etc::sourceparts", "/dev/null"],
    ["Dir::State::lists", join(folder, "lists")],
    ["Dir::Cache", join(folder, "cache")],
    ["APT::Sandbox::User", "root"],
  ].flatMap(([key, value]) => ["-o", `${key}=${value}`]);
}

/** Fetches the packages and unpacks them into the cache. */
export async function unpackDebian(): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "selvedge-debian-"));
  try {
    const sid = await sidOptions(folder);
    await run("apt-get", [...sid, "-qq", "update"]);
    await run("apt-get", [...sid, "-qq", "download", ...FROM_SID], { cwd: folder });
    const here = ["-o", "APT::Sandbox::User=root", "-qq", "download", ...FROM_HERE];
    await run("apt-get", here, { cwd: folder }).catch(async () => {
      await run("apt-get", ["-qq", "update"]);
      await run("apt-get", here, { cwd: folder });
    });
    const root = join(folder, "root");
    const packages = (await readdir(folder)).filter((name) => name.endsWith(".deb"));
    for (const name of packages) await run("dpkg", ["-x", join(folder, name), root]);
    // busybox-static is in /bin, which is /usr/bin elsewhere.
    if (existsSync(join(root, "bin/busybox")))
      await rename(join(root, "bin/busybox"), join(root, "usr/bin/busybox"));
    await mkdir(join(debian, ".."), { recursive: true });
    await rm(debian, { recursive: true, force: true });
    await run("cp", ["-a", root, debian]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
