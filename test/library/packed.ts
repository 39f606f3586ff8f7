import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** A program of the checkout's packages. */
export const tool = (name: string): string => join(root, "node_modules/.bin", name);

export interface Ran {
  readonly status: number | null;
  /** Standard output, then standard error. */
  readonly output: string;
}

export function run(cwd: string, command: string, ...args: readonly string[]): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (error !== undefined) throw error;
  return { status, output: stdout + stderr };
}

function must(cwd: string, command: string, ...args: readonly string[]): void {
  const { status, output } = run(cwd, command, ...args);
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${status}:\n${output}`);
}

/**
 * Builds and packs the package as a release does, but beside the checkout: `dist/` may be absent, old, or in use by
 * others. Returns the tarball.
 */
export function pack(folder: string): string {
  const staged = join(folder, "staged");
  for (const shipped of ["package.json", "bin", "README.md", "LICENSE", "CHANGELOG.md"])
    cpSync(join(root, shipped), join(staged, shipped), { recursive: true });
  must(root, process.execPath, "scripts/build.ts", join(staged, "dist"));
  // It is built already.
  must(staged, "npm", "pack", "--silent", "--ignore-scripts", "--pack-destination", folder);
  const tarball = readdirSync(folder).find((name) => name.endsWith(".tgz"));
  if (tarball === undefined) throw new Error("npm pack left no tarball");
  return join(folder, tarball);
}

/**
 * A project that has Selvedge, vitest, fast-check and nothing else, with the example in it. Selvedge is installed from the
 * tarball, by npm and without a network; the other two are the checkout's own.
 */
export function project(folder: string, tarball: string): string {
  const user = mkdtempSync(join(folder, "user-"));
  writeFileSync(join(user, "package.json"), '{ "private": true, "type": "module" }\n');
  must(user, "npm", "install", "--offline", "--no-audit", "--no-fund", "--silent", tarball);
  for (const name of ["vitest", "fast-check"])
    symlinkSync(join(root, "node_modules", name), join(user, "node_modules", name));
  cpSync(fileURLToPath(new URL("example", import.meta.url)), user, { recursive: true });
  return user;
}

export const temporary = (): string => mkdtempSync(join(tmpdir(), "selvedge-library-"));
