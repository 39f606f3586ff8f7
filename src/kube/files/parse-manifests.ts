import { type Document, LineCounter, parseAllDocuments } from "yaml";
import type { FieldPath } from "../validation/field-path.ts";
import { goYamlOptions } from "./go-yaml.ts";
import { judgeKind } from "./kinds.ts";
import { append } from "../append.ts";
import { hiddenIn } from "./hidden-note.ts";
import type { ManifestSet, SourcedObject } from "./manifest-set.ts";
import type { SourcePosition, SourceProblem } from "./source.ts";
import { yamlLocate } from "./yaml-locate.ts";
import { yamlValue } from "./yaml-value.ts";

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** The objects in one file's text: YAML or JSON (which is YAML), any number of documents, lists taken apart. */
export function parseManifests(file: string, text: string): ManifestSet {
  const objects: SourcedObject[] = [];
  const ignored = new Map<string, number>();
  const problems: SourceProblem[] = [];
  const hidden: string[] = [];
  const lines = new LineCounter();

  function position(offset: number): SourcePosition {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  }

  const problem = (offset: number, message: string): number =>
    problems.push({ ...position(offset), message });

  function addDocument(document: Document.Parsed): void {
    const [error] = document.errors;
    if (error !== undefined) {
      problem(error.pos[0], `malformed YAML: ${yamlFault(error.message)}`);
      return;
    }
    const { value, faults } = yamlValue(document, (offset) => lines.linePos(offset).line);
    for (const { offset, message } of faults) problem(offset, message);
    if (faults.length === 0 && value !== null) addObject(document, [], value, {});
  }

  /** `implied` is what a typed list says of its items, which may leave it out. */
  function addObject(document: Document.Parsed, at: FieldPath, value: unknown, implied: Fields): void {
    const offset = yamlLocate(document, document.contents, at);
    if (!isObject(value)) {
      problem(offset, "expected a Kubernetes object");
      return;
    }
    const { apiVersion = implied["apiVersion"], kind = implied["kind"], items } = value;
    if (typeof kind !== "string" || kind === "" || typeof apiVersion !== "string" || apiVersion === "") {
      problem(offset, `a Kubernetes object needs apiVersion and kind: ${missing(apiVersion, kind)}`);
      return;
    }
    if (kind.endsWith("List") && Array.isArray(items)) {
      append(hidden, hiddenIn(value));
      const each = kind === "List" ? {} : { apiVersion, kind: kind.slice(0, -"List".length) };
      for (const [i, item] of items.entries()) addObject(document, [...at, "items", i], item, each);
      return;
    }
    const verdict = judgeKind(apiVersion, kind);
    if (verdict.is === "ignored") ignored.set(verdict.name, (ignored.get(verdict.name) ?? 0) + 1);
    else if (verdict.is === "unserved") {
      const where = yamlLocate(document, document.contents, [...at, "apiVersion"]);
      problem(where, `no kind "${kind}" in version "${apiVersion}"; it is served as "${verdict.served}"`);
    } else {
      const locate: SourcedObject["locate"] = (path, part) =>
        position(yamlLocate(document, document.contents, [...at, ...path], part));
      objects.push({ apiVersion, kind, raw: value, source: position(offset), locate });
    }
  }

  try {
    const documents = parseAllDocuments(text, { ...goYamlOptions, lineCounter: lines });
    for (const document of documents) addDocument(document);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.push({ file, message: `malformed YAML: ${TOO_DEEP}` });
  }
  return { objects, ignored, problems, hidden, texts: new Map([[file, text]]) };
}

// The parser is recursive, and says so where its stack ends before its caller's.
const yamlFault = (message: string): string =>
  message.includes("call stack") ? TOO_DEEP : message.replaceAll(/\s+/g, " ").trim();

const TOO_DEEP = "nested too deeply";

function missing(apiVersion: unknown, kind: unknown): string {
  const lacks = [...(isText(apiVersion) ? [] : ["apiVersion"]), ...(isText(kind) ? [] : ["kind"])];
  return `${lacks.join(" and ")} ${lacks.length === 1 ? "is" : "are"} missing`;
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
