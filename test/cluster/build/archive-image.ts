import { createHash } from "node:crypto";
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "./run.ts";

export interface ImageConfig {
  readonly name: string;
  readonly entrypoint: readonly string[];
  readonly command?: readonly string[];
}

const PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/";

/** Makes a folder into an image of one layer, as an archive that `ctr images import` takes. */
export async function archiveImage(root: string, out: string, config: ImageConfig): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "selvedge-image-"));
  try {
    const layer = join(folder, "layer.tar");
    const owner = ["--numeric-owner", "--owner=0", "--group=0", "--sort=name", "--mtime=@0"];
    await run("tar", ["-C", root, ...owner, "-cf", layer, "."]);
    const digest = createHash("sha256")
      .update(await readFile(layer))
      .digest("hex");
    const image = {
      architecture: process.arch === "arm64" ? "arm64" : "amd64",
      os: "linux",
      created: "1970-01-01T00:00:00Z",
      config: {
        Env: [`PATH=${PATH}`],
        Entrypoint: config.entrypoint,
        Cmd: config.command ?? [],
        WorkingDir: "/",
      },
      rootfs: { type: "layers", diff_ids: [`sha256:${digest}`] },
      history: [{ created: "1970-01-01T00:00:00Z", created_by: "selvedge test/cluster" }],
    };
    await writeFile(join(folder, "config.json"), JSON.stringify(image));
    const manifest = [{ Config: "config.json", RepoTags: [config.name], Layers: ["layer.tar"] }];
    await writeFile(join(folder, "manifest.json"), JSON.stringify(manifest));
    await mkdir(dirname(out), { recursive: true });
    const partial = `${out}.${process.pid}`;
    await run("tar", ["-C", folder, "-cf", partial, "manifest.json", "config.json", "layer.tar"]);
    await rename(partial, out);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
