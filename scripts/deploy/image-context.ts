/** `node scripts/deploy/image-context.ts DIR ARCH...`: lays out what deploy/Containerfile copies. */
import { architectureOf, ownArchitecture } from "./image/architecture.ts";
import { writeImageContext } from "./image/write-image-context.ts";

const [folder, ...architectures] = process.argv.slice(2);
if (folder === undefined) throw new Error("usage: image-context.ts DIR [amd64] [arm64]");
await writeImageContext(
  folder,
  architectures.length === 0 ? [ownArchitecture()] : architectures.map(architectureOf),
);
