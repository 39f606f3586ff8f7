import { manifestObjects } from "./manifest-objects.ts";
import type { ManifestSet } from "./manifest-set.ts";
import { plainDocuments } from "./plain-documents.ts";

/** The objects in one file's text: YAML or JSON (which is YAML), any number of documents, lists taken apart. */
export async function parseManifests(file: string, text: string): Promise<ManifestSet> {
  // Most manifests are plain: the package for all of YAML is loaded for the others only.
  const documents = plainDocuments(text) ?? (await import("./yaml-documents.ts")).yamlDocuments(text);
  return manifestObjects(file, text, documents);
}
