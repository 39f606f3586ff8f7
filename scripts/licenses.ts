import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";

/** The innermost package that a bundled file is of. */
const PACKAGE = /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/;

/** What the packages ask for whose code is in a bundle: each one's name, version, licence, and the licence's text. */
export async function licenses(bundled: Iterable<string>): Promise<string> {
  const folders = new Set([...bundled].flatMap((file) => PACKAGE.exec(file)?.[0] ?? []));
  const notices = await Promise.all([...folders].map(notice));
  return `Selvedge's bundles contain these packages.\n\n${notices.sort().join("\n\n")}\n`;
}

interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly license?: string;
}

async function notice(folder: string): Promise<string> {
  const manifest = JSON.parse(await readFile(join(folder, "package.json"), "utf8")) as Manifest;
  const { name, version, license } = manifest;
  const files = (await readdir(folder)).filter((file) => /^(?:licen[cs]e|notice)\b/i.test(file)).toSorted();
  if (license === undefined && files.length === 0) throw new Error(`${name} has no licence to ship it under`);
  const texts = await Promise.all(files.map((file) => readFile(join(folder, file), "utf8")));
  return [`--- ${name} ${version} (${license ?? "see below"})`, ...texts.map((text) => text.trim())].join(
    "\n\n",
  );
}
