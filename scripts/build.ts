// Builds what is shipped into the folder that is named, or dist/: the program, the library, and its types.
import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import { apart } from "./build/apart.ts";
import { lazyBuiltins } from "./build/lazy-builtins.ts";
import { writeDeclarations } from "./declarations.ts";
import { licenses } from "./licenses.ts";
import { buildPageAssets } from "./page-assets.ts";

const outdir = process.argv[2] ?? "dist";

const options = {
  outdir,
  bundle: true,
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

const main = "src/cli/main.ts";
// What questions do not need, and must not pay for.
const daemons = [
  "src/daemon/run-enforcer.ts",
  "src/daemon/controller/run-controller.ts",
  "src/kube/kube-config.ts",
];
const shipped = { ...options, minify: true, keepNames: true };
const pieces = apart([main, ...daemons]);
// The map's page is a text within the program.
const define = { SELVEDGE_PAGE: JSON.stringify(await buildPageAssets()) };

await rm(outdir, { recursive: true, force: true });
const [declarations, ...bundles] = await Promise.all([
  writeDeclarations(outdir),
  build({ ...shipped, entryPoints: { selvedge: "src/cli/start.ts" }, plugins: [pieces] }),
  build({ ...shipped, entryPoints: [main], define, plugins: [pieces, lazyBuiltins] }),
  build({
    ...shipped,
    entryPoints: daemons,
    outbase: ".",
    entryNames: "[name]",
    splitting: true,
    plugins: [lazyBuiltins],
  }),
  // Not minified: it stands in other people's stack traces.
  build({ ...options, entryPoints: { index: "src/index.ts" }, splitting: true }),
]);
const inputs = bundles.flatMap(({ metafile }) => Object.keys(metafile.inputs));
await writeFile(join(outdir, "THIRD-PARTY.txt"), await licenses(inputs));
const outputs = bundles.flatMap(({ metafile }) => Object.values(metafile.outputs));
const bytes = outputs.reduce((sum, output) => sum + output.bytes, 0);
console.log(
  `${outdir}: ${outputs.length} files, ${Math.round(bytes / 1024)} KiB, and ${declarations} of declarations`,
);
