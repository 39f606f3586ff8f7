import { rm } from "node:fs/promises";
import { build } from "esbuild";

// One bundle, split where imports are lazy: `selvedge can` must not pay for what only the daemons need.
await rm("dist", { recursive: true, force: true });
const { outputFiles = [], metafile } = await build({
  entryPoints: { selvedge: "src/cli/main.ts" },
  outdir: "dist",
  bundle: true,
  splitting: true,
  format: "esm",
  platform: "node",
  target: "node22",
  minify: true,
  keepNames: true,
  legalComments: "linked",
  metafile: true,
  // Packages in CommonJS ask for Node's own modules by `require`.
  banner: {
    js: 'import { createRequire as selvedgeRequire } from "node:module"; const require = selvedgeRequire(import.meta.url);',
  },
});
const bytes = Object.values(metafile.outputs).reduce((sum, output) => sum + output.bytes, 0);
console.log(
  `dist: ${Object.keys(metafile.outputs).length + outputFiles.length} files, ${Math.round(bytes / 1024)} KiB`,
);
