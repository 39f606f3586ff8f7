import { readdir, realpath, stat } from "node:fs/promises";
import { basename, join } from "node:path";
import type { SourceProblem } from "./source.ts";

export interface FoundFiles {
  /** As they are to be named to the user; each file once, however many links lead to it. */
  readonly files: readonly string[];
  readonly problems: readonly SourceProblem[];
}

const MANIFEST = /\.(?:ya?ml|json)$/;

/** Files of other tools, and intents, that lie among manifests and are none: only skipped in folders, never when named outright. */
const NO_MANIFEST =
  /^(?:kustomization\.ya?ml|Chart\.ya?ml|values(?:[-.].*)?\.ya?ml|skaffold\.ya?ml|.*\.intent\.ya?ml)$/;

const isHidden = (name: string): boolean => name.startsWith(".");

/**
 * The manifests at some paths: a file whatever its name, a folder's `.yaml`, `.yml` and `.json` files at any depth, sorted.
 * What is hidden (`.git`, and the `..data` of a mounted ConfigMap) is passed over. Links are followed, each target once.
 */
export async function findFiles(paths: readonly string[]): Promise<FoundFiles> {
  const files: string[] = [];
  const problems: SourceProblem[] = [];
  const seen = new Set<string>();

  async function visit(path: string, isNamed: boolean): Promise<void> {
    try {
      const kind = await stat(path);
      // A pipe (`/dev/fd/63`) leads to no path; it is its own.
      const target = await realpath(path).catch(() => path);
      if (seen.has(target)) return;
      if (kind.isDirectory()) {
        seen.add(target);
        for (const name of (await readdir(path)).toSorted()) {
          if (!isHidden(name)) await visit(join(path, name), false);
        }
      } else if (isNamed || (MANIFEST.test(path) && !NO_MANIFEST.test(basename(path)))) {
        seen.add(target);
        files.push(path);
      }
    } catch (error) {
      problems.push({ file: path, message: reason(error) });
    }
  }

  for (const path of paths) await visit(path, true);
  return { files, problems };
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: "no such file or folder",
  EACCES: "permission denied",
  EPERM: "permission denied",
  ELOOP: "a link that leads to itself",
  EISDIR: "is a folder",
};

/** Why the file system refused, in words. */
export function reason(error: unknown): string {
  const code = (error as NodeJS.ErrnoException).code ?? "";
  return REASONS[code] ?? (error instanceof Error ? error.message : String(error));
}
