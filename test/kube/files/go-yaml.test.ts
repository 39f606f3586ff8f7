import { readFileSync } from "node:fs";
import { LineCounter, parseAllDocuments } from "yaml";
import { describe, expect, it } from "vitest";
import { goYamlOptions } from "../../../src/kube/files/go-yaml.ts";
import { yamlValue } from "../../../src/kube/files/yaml-value.ts";
import { corpus } from "./record/corpus.ts";

interface Recording {
  readonly yaml: string;
  readonly readings: readonly { readonly text: string; readonly value?: unknown; readonly error?: string }[];
}

const recording = JSON.parse(
  readFileSync(new URL("go-yaml-recording.json", import.meta.url), "utf8"),
) as Recording;

function read(text: string): { value: unknown } | "error" {
  const lines = new LineCounter();
  const [document] = parseAllDocuments(text, { ...goYamlOptions, lineCounter: lines });
  if (document === undefined) return { value: null };
  if (document.errors.length > 0) return "error";
  const { value, faults } = yamlValue(document, (offset) => lines.linePos(offset).line);
  if (faults.length > 0) return "error";
  // JSON knows neither infinity nor NaN; Go refuses to write them.
  const finite = JSON.stringify(value, (_key, each: unknown) =>
    typeof each === "number" && !Number.isFinite(each) ? "not finite" : each,
  );
  return finite.includes("not finite") ? "error" : { value: JSON.parse(finite) as unknown };
}

/** Where we differ and mean to. Each takes more than Go does, or the same under a more exact name. */
const different = new Map([
  ["? 9007199254740993\n: x", "an integer key beyond 2^53 loses its last digit"],
  ["? 18446744073709551615\n: x", "Go has no such keys"],
  ["? 123456789012345678901234567890\n: x", "Go shortens the key to 32 bits"],
  ["a: 'it''s'\nb: \"\\u00e9\\n\\x41\\/\"", "JSON's escape \\/ is YAML 1.2's too; go-yaml refuses it"],
  ["%YAML 1.2\n---\na: yes", "go-yaml refuses to read what calls itself YAML 1.2"],
  ["a: \u0001", "go-yaml refuses control characters; field validation does, later"],
]);

describe(`YAML is read as by sigs.k8s.io/yaml ${recording.yaml}`, () => {
  it("is of the corpus as it stands (else: record/record.sh)", () => {
    expect(recording.readings.map(({ text }) => text)).toEqual(corpus);
  });

  it.each(recording.readings)("$text", ({ text, value, error }) => {
    const expected = error === undefined ? { value } : "error";
    if (different.has(text)) expect(read(text)).not.toEqual(expected);
    else expect(read(text)).toEqual(expected);
  });
});
