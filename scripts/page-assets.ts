// Builds the script and the style sheet of the HTML map, which the program carries as two texts.
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const page = (name: string): string =>
  fileURLToPath(new URL(`../src/cli/html/page/${name}`, import.meta.url));

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [page(entry)],
    bundle: true,
    minify: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: ["es2022", "chrome109", "firefox115", "safari16"],
    charset: "ascii",
  });
  return outputFiles[0]?.text ?? "";
}

/** Neither text can end the element around it: esbuild writes `</script` and `</style` with a backslash. */
export async function buildPageAssets(): Promise<{ script: string; style: string }> {
  const [script, style] = await Promise.all([bundled("main.ts"), bundled("page.css")]);
  return { script: script.trim(), style: style.trim() };
}
