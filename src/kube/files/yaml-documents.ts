import { type Document, parseAllDocuments } from "yaml";
import { goYamlOptions } from "./go-yaml.ts";
import { linePositions } from "./line-positions.ts";
import type { DocumentOrFault } from "./manifest-objects.ts";
import { yamlLocate } from "./yaml-locate.ts";
import { yamlValue } from "./yaml-value.ts";

/** The documents of a text, whatever YAML it is (JSON is YAML), and what is wrong with those that cannot be read. */
export function* yamlDocuments(text: string): Iterable<DocumentOrFault> {
  const position = linePositions("", text);
  const lineOf = (offset: number): number => position(offset).line;
  try {
    for (const document of parseAllDocuments(text, goYamlOptions)) yield* read(document, lineOf);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    yield { fault: `malformed YAML: ${TOO_DEEP}` };
  }
}

function read(document: Document.Parsed, lineOf: (offset: number) => number): DocumentOrFault[] {
  const [error] = document.errors;
  if (error !== undefined)
    return [{ offset: error.pos[0], fault: `malformed YAML: ${yamlFault(error.message)}` }];
  const { value, faults } = yamlValue(document, lineOf);
  if (faults.length > 0) return faults.map(({ offset, message }) => ({ offset, fault: message }));
  return [{ value, locate: (path, part) => yamlLocate(document, document.contents, path, part) }];
}

// The parser is recursive, and says so where its stack ends before its caller's.
const yamlFault = (message: string): string =>
  message.includes("call stack") ? TOO_DEEP : message.replaceAll(/\s+/g, " ").trim();

const TOO_DEEP = "nested too deeply";
