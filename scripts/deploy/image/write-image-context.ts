import { cp, mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { execOrThrow, processExec } from "../../../src/kernel/exec.ts";
import type { Architecture } from "./architecture.ts";
import { nodePackage } from "./node-package.ts";

/** Of the build: the program and its licences, without the library and its types. */
const isShipped = (name: string): boolean => /\.(?:js|txt)$/.test(name) && name !== "index.js";

/** Fills a folder with all that the image is made of beside Debian's packages. */
export async function writeImageContext(
  folder: string,
  architectures: readonly Architecture[],
): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const program = join(folder, "selvedge");
  const dist = join(program, "dist");
  await mkdir(dist, { recursive: true });
  const built = join(folder, "built");
  await execOrThrow(processExec, { command: process.execPath, args: ["scripts/build.ts", built] });
  const shipped = (await readdir(built)).filter(isShipped);
  await Promise.all(shipped.map((name) => cp(join(built, name), join(dist, name))));
  await rm(built, { recursive: true });
  await Promise.all([
    cp("bin/selvedge", join(program, "bin/selvedge")),
    ...["package.json", "LICENSE", "CHANGELOG.md"].map((name) => cp(name, join(program, name))),
  ]);
  for (const architecture of architectures) {
    const node = await nodePackage(architecture);
    await cp(join(node, "bin/node"), join(folder, `linux-${architecture}`, "node"));
    await cp(join(node, "LICENSE"), join(program, `NODE-LICENSE.txt`));
  }
}
