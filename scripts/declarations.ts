import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join, relative, resolve } from "node:path";
import { promisify } from "node:util";

/** What a declaration file imports; in comments, lines begin otherwise. */
const SPECIFIER = /(?<=^(?:import|export|\})[^\n]* from "|^[^*\n]*\bimport\(")[^"]+/gm;

/**
 * Writes `index.d.ts` and the declarations that it reaches, and only those: what the compiler emits besides speaks of
 * zod, which who installs Selvedge does not have. Fails where what is public would need any package to be understood.
 * tsc leaves `.ts` in specifiers; published, they end in `.js`. Returns how many files there are.
 */
export async function writeDeclarations(outdir: string): Promise<number> {
  const emitted = await mkdtemp(join(tmpdir(), "selvedge-types-"));
  try {
    const arguments_ = ["--project", "tsconfig.declarations.json", "--outDir", emitted];
    await promisify(execFile)("node_modules/.bin/tsc", arguments_);
    const files = new Set([join(emitted, "index.d.ts")]);
    // A set's walk also visits what is added on the way.
    for (const file of files) {
      const text = await readFile(file, "utf8");
      const published = text.replaceAll(SPECIFIER, (specifier) => {
        if (!specifier.startsWith("."))
          throw new Error(
            `${relative(emitted, file)}: ${specifier} is a package, and public types need none`,
          );
        files.add(resolve(dirname(file), specifier.replace(/\.ts$/, ".d.ts")));
        return specifier.replace(/\.ts$/, ".js");
      });
      const target = join(outdir, relative(emitted, file));
      await mkdir(dirname(target), { recursive: true });
      await writeFile(target, published);
    }
    return files.size;
  } finally {
    await rm(emitted, { recursive: true });
  }
}
