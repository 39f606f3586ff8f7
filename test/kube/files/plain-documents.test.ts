import { deepStrictEqual } from "node:assert/strict";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { plainDocuments } from "../../../src/kube/files/plain-documents.ts";
import type { ReadDocument } from "../../../src/kube/files/read-document.ts";
import { yamlDocuments } from "../../../src/kube/files/yaml-documents.ts";
import type { FieldPath } from "../../../src/kube/validation/field-path.ts";
import { anyFile } from "../../support/arbitrary/any-file.ts";
import { SEARCH_TIMEOUT, search } from "../../support/search.ts";

/** Every path of a value, and one beyond each of them. */
function* pathsOf(value: unknown, at: FieldPath = []): Generator<FieldPath> {
  yield at;
  yield [...at, "nowhere"];
  yield [...at, 99];
  if (Array.isArray(value)) for (const [i, item] of value.entries()) yield* pathsOf(item, [...at, i]);
  else if (typeof value === "object" && value !== null)
    for (const [key, field] of Object.entries(value)) yield* pathsOf(field, [...at, key]);
}

/** All that a reader says of documents that hold something. */
const told = (documents: readonly ReadDocument[]): unknown =>
  documents
    .filter(({ value }) => value !== null)
    .map(({ value, locate }) => ({
      value,
      places: [...pathsOf(value)].map((path) => [path.join("/"), locate(path), locate(path, "key")]),
    }));

/** Of a plain text, that both readers read the same; how many places were compared. */
function compared(text: string): number {
  const plain = plainDocuments(text);
  if (plain === undefined) return 0;
  const all = [...yamlDocuments(text)];
  expect(all.flatMap((each) => ("fault" in each ? [each.fault] : []))).toEqual([]);
  const read = all.flatMap((each) => ("fault" in each ? [] : [each]));
  // Not `toStrictEqual`: it takes a field "constructor" for the class of its object.
  deepStrictEqual(told(plain), told(read));
  return 1;
}

/** YAML, or nearly, of all that there is in manifests and some that is not. */
const pieces = fc
  .array(
    fc.oneof(
      fc.constantFrom(
        ..."\n|  |    |- |-|: |:|a|b: |c:\n|? |[|]|{|}|, |'|\"|'x'|\"y\\n\"|# z\n|---\n|---|...\n|~|null".split(
          "|",
        ),
      ),
      fc.constantFrom(
        "|\n",
        ">-\n",
        "|2+ # c\n",
        "\r\n",
        "\t",
        "text\n",
        "\u00e9",
        "\u2028",
        "0x10",
        "08",
        "-0",
        "",
      ),
      fc.constantFrom(
        "a: 1\n",
        "- b\n",
        "  c: d\n",
        "  - e: f\n",
        "    g\n",
        "k: |\n  l\n\n  m\n",
        "n: >\n\n  o\n",
      ),
    ),
    { maxLength: 30 },
  )
  .map((parts) => parts.join(""));

describe("what is plain", () => {
  it(
    "is read by both readers alike, values and places, in any file",
    () => {
      search("plain YAML, files", { cases: anyFile, inTest: 1000 }, compared);
    },
    SEARCH_TIMEOUT,
  );

  it(
    "is read by both readers alike, values and places, in any text",
    () => {
      search("plain YAML, texts", { cases: pieces, inTest: 4000 }, compared);
    },
    SEARCH_TIMEOUT,
  );

  it.each([
    ["blocks", "a:\n  - b: 1\n    c: [2, {d: e}]\n---\nf: |\n  g\nh: >- # i\n  j\n"],
    ["JSON", '{"a": [1, 2.5, "x", null, true], "b": {"c": ""}}'],
    ["comments, nothing, and a Windows line", "# a\n---\n# b\n---\nc: d\r\ne:\n"],
    ["texts on several lines", "a: 'b\n  c'\nd: e\n  f\n"],
    ["keys that objects have of their own", "constructor: {a: b}\ntoString: [c]\n"],
  ])("is most of what people write: %s", (_what, text) => {
    expect(plainDocuments(text)).toBeDefined();
    compared(text);
  });

  it.each([
    ["an anchor", "a: &b 1"],
    ["an alias", "a: *b"],
    ["a tag", "a: !!str 1"],
    ["a merge", "<<: {a: b}"],
    ["a directive", "%YAML 1.1\n---\na: b"],
    ["a key twice", "a: 1\na: 2"],
    ["a key that is none", "? [a]\n: b"],
    ["a map in a list without its braces", "[a: b]"],
    ["an item of nothing", "-\n- a"],
    ["a fault", "a: ["],
    ["a tab that indents", "a:\n\t- b"],
    ["a byte order mark", "\ufeffa: b"],
    ["a lone carriage return", "a: b\rc: d"],
    ["a marker that is indented", "a: |\n  ---\n"],
    ["a block that says how far it is indented", "a: |2\n    b\n"],
  ])("is not %s", (_what, text) => {
    expect(plainDocuments(text)).toBeUndefined();
  });
});
