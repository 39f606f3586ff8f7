import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { execOrThrow, processExec } from "../../../src/kernel/exec.ts";
import { cacheDir } from "../cache-dir.ts";
import type { Architecture } from "./architecture.ts";
import { buildah } from "./buildah.ts";

/** The Debian release that deploy/Containerfile names. */
const SUITE = "trixie";
const MIRROR = "http://deb.debian.org/debian";

/** As the slim variant of Debian's official image leaves out. */
const SLIM = `path-exclude /usr/share/doc/*
path-include /usr/share/doc/*/copyright
path-exclude /usr/share/man/*
path-exclude /usr/share/locale/*
path-exclude /usr/share/info/*
path-exclude /usr/share/lintian/*
`;

/**
 * A Debian of the same release as the Containerfile's base, made by debootstrap where no registry is in reach; its image's
 * name. Once a machine: it stays in the cache.
 */
export async function debianBase(architecture: Architecture): Promise<string> {
  const name = `localhost/selvedge-base:${SUITE}-${architecture}`;
  if ((await buildah(["inspect", "--type", "image", name])).code === 0) return name;
  console.log(`image: a base by debootstrap (${SUITE}, ${architecture}), a minute or two, once a machine`);
  const folder = cacheDir("image", `base-${architecture}.${process.pid}`);
  try {
    await mkdir(folder, { recursive: true });
    await execOrThrow(processExec, {
      command: "debootstrap",
      args: ["--variant=minbase", `--arch=${architecture}`, SUITE, folder, MIRROR],
      timeoutMs: 1_200_000,
    });
    await writeFile(join(folder, "etc/dpkg/dpkg.cfg.d/slim"), SLIM);
    const litter = "usr/share/man usr/share/locale usr/share/info var/cache/apt var/lib/apt/lists var/log";
    await execOrThrow(processExec, {
      command: "sh",
      args: [
        "-ec",
        `cd "$1" && for each in ${litter}; do find "$each" -mindepth 1 -delete; done;` +
          "find usr/share/doc -type f ! -name copyright -delete; mkdir -p var/cache/apt/archives/partial",
        "sh",
        folder,
      ],
    });
    const container = (await mustBuildah(["from", "scratch"])).trim();
    await mustBuildah(["add", container, folder, "/"]);
    await mustBuildah(["config", "--cmd", "/bin/bash", "--arch", architecture, container]);
    await mustBuildah(["commit", "--rm", container, name]);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  return name;
}

async function mustBuildah(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await buildah(args);
  if (code !== 0) throw new Error(`buildah ${args[0]}: ${stderr.trim()}`);
  return stdout;
}
