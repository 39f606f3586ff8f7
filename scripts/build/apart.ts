import { basename, resolve } from "node:path";
import type { Plugin } from "esbuild";

/**
 * Keeps modules out of a bundle that ask for them by `import()`: each is a bundle of its own beside it, by its own name. Other lazy
 * imports stay within, where they cost nothing until they run; a file each would cost a millisecond each.
 */
export function apart(modules: readonly string[]): Plugin {
  const names = new Map(modules.map((path) => [resolve(path), `./${basename(path, ".ts")}.js`]));
  return {
    name: "apart",
    setup(build) {
      build.onResolve({ filter: /^\./ }, ({ kind, path, resolveDir }) => {
        const name = kind === "dynamic-import" ? names.get(resolve(resolveDir, path)) : undefined;
        return name === undefined ? undefined : { path: name, external: true };
      });
    },
  };
}
