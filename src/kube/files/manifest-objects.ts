import { append } from "../append.ts";
import type { FieldPath } from "../validation/field-path.ts";
import { hiddenIn } from "./hidden-note.ts";
import { judgeKind } from "./kinds.ts";
import { linePositions } from "./line-positions.ts";
import type { ManifestSet, SourcedObject } from "./manifest-set.ts";
import type { ReadDocument } from "./read-document.ts";
import type { SourceProblem } from "./source.ts";

type Fields = Readonly<Record<string, unknown>>;

const isObject = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** A document, or what is wrong with it, at an offset into the text; without one it is the whole file. */
export type DocumentOrFault = ReadDocument | { readonly offset?: number | undefined; readonly fault: string };

/** The Kubernetes objects in the documents of one file; lists are taken apart. */
export function manifestObjects(
  file: string,
  text: string,
  documents: Iterable<DocumentOrFault>,
): ManifestSet {
  const objects: SourcedObject[] = [];
  const ignored = new Map<string, number>();
  const problems: SourceProblem[] = [];
  const hidden: string[] = [];
  const position = linePositions(file, text);

  /** `implied` is what a typed list says of its items, which may leave it out. */
  function addObject(document: ReadDocument, at: FieldPath, value: unknown, implied: Fields): void {
    const offset = document.locate(at);
    const problem = (where: number, message: string): number =>
      problems.push({ ...position(where), message });
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
      const where = document.locate([...at, "apiVersion"]);
      problem(where, `no kind "${kind}" in version "${apiVersion}"; it is served as "${verdict.served}"`);
    } else {
      const locate: SourcedObject["locate"] = (path, part) =>
        position(document.locate([...at, ...path], part));
      objects.push({ apiVersion, kind, raw: value, source: position(offset), locate });
    }
  }

  for (const document of documents) {
    if ("fault" in document) {
      const place = document.offset === undefined ? { file } : position(document.offset);
      problems.push({ ...place, message: document.fault });
    } else if (document.value !== null) addObject(document, [], document.value, {});
  }
  return { objects, ignored, problems, hidden, texts: new Map([[file, text]]) };
}

function missing(apiVersion: unknown, kind: unknown): string {
  const lacks = [...(isText(apiVersion) ? [] : ["apiVersion"]), ...(isText(kind) ? [] : ["kind"])];
  return `${lacks.join(" and ")} ${lacks.length === 1 ? "is" : "are"} missing`;
}

const isText = (value: unknown): boolean => typeof value === "string" && value !== "";
