import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import * as fc from "fast-check";

const fixtures = ["shop", "ports", "tenants"].flatMap((name) => {
  const folder = join(import.meta.dirname, "../../../fixtures", name);
  return readdirSync(folder).map((file) => readFileSync(join(folder, file), "utf8"));
});

/** What breaks readers: structure, aliases, odd scalars, names of prototypes, other types than expected. */
const tokens = [
  "\t\n\r\u0000 -:{}[]&*!|>%@`'\"#,?".split(""),
  ["---\n", "...\n", "&a ", "*a", "<<: *a\n", "!!binary ", "!!int x", "%YAML 9.9\n", "? ", "- - - "],
  ["null", "~", "true", "-1", "65536", "1e999", "0x7fffffffffffffff", ".nan", "__proto__: ", "constructor: "],
  ["{a: [{b: ", "[]", "{}", "kind: List\nitems: ", "\ufeff", "\u2028", "\ud83d\ude00", "0.0.0.0/0", "::/0"],
  ["apiVersion: ", "kind: ", "metadata: ", "spec: ", "name: ", "ports: ", "podSelector: ", "ipBlock: "],
].flat();

const at = fc.double({ min: 0, max: 1, noNaN: true, maxExcluded: true });

type Edit = (text: string) => string;
const place = (text: string, share: number): number => Math.floor(share * (text.length + 1));

/** Small wounds to a file that was well. */
const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.tuple(at, fc.constantFrom(...tokens)).map(([share, token]): Edit => (text) => {
    const i = place(text, share);
    return text.slice(0, i) + token + text.slice(i);
  }),
  fc.tuple(at, fc.integer({ min: 1, max: 40 })).map(([share, length]): Edit => (text) => {
    const i = place(text, share);
    return text.slice(0, i) + text.slice(i + length);
  }),
  fc.tuple(at, at).map(([share, other]): Edit => (text) => {
    const lines = text.split("\n");
    const line = lines[Math.floor(other * lines.length)] ?? "";
    return lines.toSpliced(Math.floor(share * lines.length), 1, line).join("\n");
  }),
  fc.tuple(at, fc.string({ unit: "binary", maxLength: 8 })).map(([share, noise]): Edit => (text) => {
    const i = place(text, share);
    return text.slice(0, i) + noise + text.slice(i);
  }),
  at.map(
    (share): Edit =>
      (text) =>
        text.slice(0, place(text, share)),
  ),
);

const mutated = fc
  .tuple(fc.constantFrom(...fixtures), fc.array(edit, { minLength: 1, maxLength: 5 }))
  .map(([text, edits]) => edits.reduce((wounded, wound) => wound(wounded), text));
const random = fc.oneof(
  fc.string({ unit: "binary", maxLength: 200 }),
  fc.array(fc.constantFrom(...tokens), { maxLength: 60 }).map((parts) => parts.join("")),
);
/** Manifests with small wounds, and what was never one. */
export const anyFile = fc.oneof({ weight: 4, arbitrary: mutated }, { weight: 1, arbitrary: random });
