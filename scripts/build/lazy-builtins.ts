import type { Plugin } from "esbuild";

/**
 * Loads Node's own modules when the first module that imports them is run. esbuild would write such imports at the head of the
 * bundle, and a question about two files would wait for TLS.
 */
export const lazyBuiltins: Plugin = {
  name: "lazy-builtins",
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path }) => ({ path, namespace: "builtin" }));
    build.onLoad({ filter: /./, namespace: "builtin" }, ({ path }) => ({
      contents: `module.exports = process.getBuiltinModule(${JSON.stringify(path)});`,
    }));
  },
};
