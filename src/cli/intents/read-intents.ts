import { readFile, readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Document, LineCounter, parseAllDocuments } from "yaml";
import type * as z from "zod/mini";
import { reason } from "../../kube/files/find-files.ts";
import { goYamlOptions } from "../../kube/files/go-yaml.ts";
import type { SourceProblem } from "../../kube/files/source.ts";
import { yamlLocate } from "../../kube/files/yaml-locate.ts";
import { yamlValue } from "../../kube/files/yaml-value.ts";
import type { FieldPath } from "../../kube/validation/field-path.ts";
import { fieldText } from "../../kube/validation/field-path.ts";
import type { Intent } from "../../library/intents/intent.ts";
import { type IntentFile, intentFileSchema } from "./intent-schema.ts";

/** A place in a file. */
interface WrittenPlace {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** An intent, and where it was written. */
export interface PlacedIntent extends Intent {
  readonly place: WrittenPlace;
}

/** What was found; where there is a problem nothing should be tested: half the intents are not what was meant. */
export interface ReadIntents {
  readonly intents: readonly PlacedIntent[];
  readonly problems: readonly SourceProblem[];
  readonly texts: ReadonlyMap<string, string>;
}

const INTENTS = /\.intent\.ya?ml$/;

/** Files as they are named, and of folders the `*.intent.yaml` files at any depth, sorted. */
async function intentFiles(path: string): Promise<string[]> {
  if (!(await stat(path)).isDirectory()) return [path];
  const names = await readdir(path, { recursive: true });
  return names
    .filter((name) => INTENTS.test(name))
    .sort()
    .map((name) => join(path, name));
}

type Issue = z.core.$ZodIssue;

/** Of a union the branch that came nearest: `allow` or `deny`, whichever is there. */
function innermost(issue: Issue): Issue {
  if (issue.code !== "invalid_union") return issue;
  const branches = issue.errors.filter((each) => each.length > 0);
  const deepest = branches
    .flat()
    .toSorted((a, b) => depth(b) - depth(a))
    .find((each) => each.path.length > 0 && each.code !== "unrecognized_keys");
  if (deepest === undefined || depth(deepest) < 2) return issue;
  return innermost({ ...deepest, path: [...issue.path, ...deepest.path] });
}

const depth = (issue: Issue): number =>
  issue.path.length + (issue.code === "invalid_union" ? Math.max(0, ...issue.errors.flat().map(depth)) : 0);

function issueText(issue: Issue): string {
  switch (issue.code) {
    case "unrecognized_keys":
      return `unknown field ${issue.keys.join(", ")}`;
    case "invalid_value":
      return `must be ${issue.values.join(" or ")}`;
    case "invalid_union":
      return issue.path.at(0) === "intents" && issue.path.length === 2
        ? "want `allow` or `deny`, each with `from`, `to` and perhaps `ports`, and `because`"
        : "want a text, or a list of texts";
    case "too_small":
      return "must not be empty";
    case "invalid_type":
      return `must be ${issue.expected === "object" ? "an object" : `a ${issue.expected}`}, and be there`;
    case "too_big":
    case "invalid_format":
    case "not_multiple_of":
    case "invalid_key":
    case "invalid_element":
    case "custom":
      return "is not what it should be";
  }
}

const list = (ends: string | readonly string[]): readonly string[] =>
  typeof ends === "string" ? [ends] : ends;

function intentOf(
  written: IntentFile["intents"][number],
  namespace: string,
  place: WrittenPlace,
): PlacedIntent {
  const [expect, { from, to, ports }] =
    "allow" in written ? (["allow", written.allow] as const) : (["deny", written.deny] as const);
  return {
    expect,
    from: list(from),
    to: list(to),
    ...(ports !== undefined && { ports: ports.map(String) }),
    because: written.because,
    namespace,
    place,
  };
}

function parseIntents(file: string, text: string, defaultNamespace: string): Omit<ReadIntents, "texts"> {
  const lines = new LineCounter();
  const position = (offset: number): WrittenPlace => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const intents: PlacedIntent[] = [];
  const problems: SourceProblem[] = [];

  function addDocument(document: Document.Parsed): void {
    const [error] = document.errors;
    if (error !== undefined) {
      problems.push({
        ...position(error.pos[0]),
        message: `malformed YAML: ${error.message.split("\n")[0]}`,
      });
      return;
    }
    const { value, faults } = yamlValue(document, (offset) => lines.linePos(offset).line);
    for (const { offset, message } of faults) problems.push({ ...position(offset), message });
    if (value === null || faults.length > 0) return;
    const at = (path: FieldPath): WrittenPlace => position(yamlLocate(document, document.contents, path));
    const found = intentFileSchema.safeParse(value);
    if (!found.success) {
      for (const issue of found.error.issues.map(innermost)) {
        const path = issue.path.filter((step) => typeof step !== "symbol");
        const where = path.length === 0 ? "" : `${fieldText(path)}: `;
        problems.push({ ...at(path), message: `${where}${issueText(issue)}` });
      }
      return;
    }
    const { namespace = defaultNamespace, intents: all } = found.data;
    intents.push(...all.map((each, i) => intentOf(each, namespace, at(["intents", i]))));
  }

  try {
    for (const document of parseAllDocuments(text, { ...goYamlOptions, lineCounter: lines }))
      addDocument(document);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    problems.push({ file, message: "malformed YAML: nested too deeply" });
  }
  return { intents, problems };
}

/** Reads intents from files, and from folders. It never throws for what they hold. */
export async function readIntents(paths: readonly string[], defaultNamespace: string): Promise<ReadIntents> {
  const intents: PlacedIntent[] = [];
  const problems: SourceProblem[] = [];
  const texts = new Map<string, string>();
  for (const path of paths) {
    try {
      const files = await intentFiles(path);
      if (files.length === 0) problems.push({ file: path, message: "there is no *.intent.yaml file in it" });
      for (const file of files) {
        const text = await readFile(file, "utf8");
        texts.set(file, text);
        const found = parseIntents(file, text, defaultNamespace);
        intents.push(...found.intents);
        problems.push(...found.problems);
        if (found.intents.length + found.problems.length === 0)
          problems.push({ file, message: "there is no intent in it" });
      }
    } catch (error) {
      problems.push({ file: path, message: reason(error) });
    }
  }
  return { intents, problems, texts };
}
