import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Architecture } from "./architecture.ts";
import { buildah } from "./buildah.ts";
import { debianBase } from "./debian-base.ts";
import { writeImageContext } from "./write-image-context.ts";

/** Docker Hub's `library` is Docker's alone to publish to: nobody can put another image in the place of one built here. */
const REPOSITORY = "docker.io/library/selvedge";

/** Builds deploy/Containerfile for one architecture; the image's name with its tag, as the manifests have it. */
export async function buildImage(architecture: Architecture): Promise<string> {
  const { version } = JSON.parse(await readFile("package.json", "utf8")) as { readonly version: string };
  const name = `${REPOSITORY}:${version}`;
  const base = await debianBase(architecture);
  const context = await mkdtemp(join(tmpdir(), "selvedge-image-"));
  try {
    await writeImageContext(context, [architecture]);
    const values = { BASE: base, TARGETARCH: architecture, VERSION: version };
    const args = Object.entries(values).flatMap(([key, value]) => ["--build-arg", `${key}=${value}`]);
    await must("build", [
      "build",
      "--isolation=chroot",
      "--pull-never",
      "--layers",
      `--arch=${architecture}`,
      ...args,
      "--file=deploy/Containerfile",
      `--tag=${name}`,
      context,
    ]);
    // What the tag stood on before.
    await buildah(["rmi", "--prune"]);
  } finally {
    await rm(context, { recursive: true, force: true });
  }
  return name;
}

/** Writes an image that is built as an OCI archive: what `ctr images import` and `skopeo copy` take. */
export async function archiveImage(name: string, archive: string): Promise<void> {
  await mkdir(dirname(archive), { recursive: true });
  await rm(archive, { force: true });
  await must("push", ["push", "--quiet", name, `oci-archive:${archive}:${name}`]);
}

async function must(what: string, args: readonly string[]): Promise<void> {
  const { code, stdout, stderr } = await buildah(args);
  if (code !== 0) throw new Error(`buildah ${what}: ${(stderr || stdout).trim()}`);
}
