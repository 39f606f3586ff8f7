import { createReadStream } from "node:fs";
import { readFile, stat } from "node:fs/promises";
import type { Readable } from "node:stream";
import { findFiles, reason } from "./find-files.ts";
import { type ManifestSet, manifestSet } from "./manifest-set.ts";
import { parseManifests } from "./parse-manifests.ts";

/** A manifest beyond this size is refused unread. */
const BYTES_MAXIMUM = 64 * 1024 * 1024;

const STDIN = "<stdin>";

const failed = (file: string, message: string): ManifestSet => ({
  objects: [],
  ignored: new Map(),
  problems: [{ file, message }],
  hidden: [],
  texts: new Map(),
});

async function readBytes(file: string, bytes: Uint8Array): Promise<ManifestSet> {
  if (bytes.includes(0)) return failed(file, "is not a text file");
  let text: string;
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return failed(file, "is not UTF-8 text");
  }
  return parseManifests(file, text);
}

const tooBig = (file: string): ManifestSet =>
  failed(file, `is larger than ${BYTES_MAXIMUM / 1024 / 1024} MiB, the most that is read of one file`);

async function readStream(name: string, stream: Readable): Promise<ManifestSet> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of stream) {
    const bytes = Buffer.from(chunk as Uint8Array | string);
    size += bytes.length;
    if (size > BYTES_MAXIMUM) return tooBig(name);
    chunks.push(bytes);
  }
  return readBytes(name, Buffer.concat(chunks));
}

async function readOne(file: string): Promise<ManifestSet> {
  try {
    const found = await stat(file);
    // A pipe (`-f <(helm template .)`) or a device has no size, and may have no end.
    if (!found.isFile()) return await readStream(file, createReadStream(file));
    if (found.size > BYTES_MAXIMUM) return tooBig(file);
    return await readBytes(file, await readFile(file));
  } catch (error) {
    return failed(file, reason(error));
  }
}

/**
 * Reads manifests from files, from folders (see `findFiles`) and, for `-`, from standard input. Whatever they hold becomes
 * an object, a count or a problem; it never throws.
 */
export async function readManifests(
  paths: readonly string[],
  { stdin = process.stdin }: { readonly stdin?: Readable } = {},
): Promise<ManifestSet> {
  const sets: ManifestSet[] = [];
  if (paths.includes("-")) sets.push(await readStream(STDIN, stdin));
  const { files, problems } = await findFiles(paths.filter((path) => path !== "-"));
  for (const file of files) sets.push(await readOne(file));
  return manifestSet([{ objects: [], ignored: new Map(), problems, hidden: [], texts: new Map() }, ...sets]);
}
