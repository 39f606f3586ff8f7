// Builds what is shipped into the folder that is named, or dist/: the program, the library, and its types.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { writeDeclarations } from "./declarations.ts";
import { licenses } from "./licenses.ts";
import { buildPageAssets } from "./page-assets.ts";

const outdir = process.argv[2] ?? "dist";

const options = {
  outdir,
  bundle: true,
  // Split where imports are lazy: `selvedge can` must not pay for what only the daemons need.
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  legalComments: "linked",
  metafile: true,
  // Packages in CommonJS ask for Node's own modules by `require`.
  banner: {
    js: 'import { createRequire as selvedgeRequire } from "node:module"; const require = selvedgeRequire(import.meta.url);',
  },
} satisfies BuildOptions;

// The map's page is a text within the program.
const define = { SELVEDGE_PAGE: JSON.stringify(await buildPageAssets()) };

await rm(outdir, { recursive: true, force: true });
const [program, library, declarations] = await Promise.all([
  build({ ...options, entryPoints: { selvedge: "src/cli/main.ts" }, define, minify: true, keepNames: true }),
  // Not minified: it stands in other people's stack traces.
  build({ ...options, entryPoints: { index: "src/index.ts" } }),
  writeDeclarations(outdir),
]);
const inputs = [program, library].flatMap(({ metafile }) => Object.keys(metafile.inputs));
await writeFile(join(outdir, "THIRD-PARTY.txt"), await licenses(inputs));
const outputs = [program, library].flatMap(({ metafile }) => Object.values(metafile.outputs));
const bytes = outputs.reduce((sum, output) => sum + output.bytes, 0);
console.log(
  `${outdir}: ${outputs.length} files, ${Math.round(bytes / 1024)} KiB, and ${declarations} of declarations`,
);
