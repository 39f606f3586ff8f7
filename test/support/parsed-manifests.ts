import { manifestObjects } from "../../src/kube/files/manifest-objects.ts";
import type { ManifestSet } from "../../src/kube/files/manifest-set.ts";
import { plainDocuments } from "../../src/kube/files/plain-documents.ts";
import { yamlDocuments } from "../../src/kube/files/yaml-documents.ts";

/** `parseManifests` at once, which only waits for a package to load: properties are written without waiting. */
export const parsedManifests = (file: string, text: string): ManifestSet =>
  manifestObjects(file, text, plainDocuments(text) ?? yamlDocuments(text));
