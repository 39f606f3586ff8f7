import type { ParseOptions, DocumentOptions, ScalarTag, SchemaOptions } from "yaml";

const TAG = "tag:yaml.org,2002:";

const WORDS: ReadonlyMap<string, boolean | null | number> = new Map<string, boolean | null | number>([
  ...["y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"].map(
    (word) => [word, true] as const,
  ),
  ...["n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"].map(
    (word) => [word, false] as const,
  ),
  ...["", "~", "null", "Null", "NULL"].map((word) => [word, null] as const),
  ...[".nan", ".NaN", ".NAN"].map((word) => [word, Number.NaN] as const),
  ...[".inf", ".Inf", ".INF", "+.inf", "+.Inf", "+.INF"].map((word) => [word, Infinity] as const),
  ...["-.inf", "-.Inf", "-.INF"].map((word) => [word, -Infinity] as const),
]);

const INTEGER = /^([-+]?)(?:0[xX]([0-9a-fA-F]+)|0[bB]([01]+)|0[oO]?([0-7]+)|(0|[1-9][0-9]*))$/;
const FLOAT = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;

/** A number as Go's `strconv.ParseInt(text, 0, 64)` or else as a float reads it; `undefined` where the text is none. */
function goNumber(text: string): number | undefined {
  if (!/^[-+.0-9]/.test(text)) return undefined;
  const plain = text.replaceAll("_", "");
  const [, sign, hex, binary, octal, decimal] = INTEGER.exec(plain) ?? [];
  const size =
    hex !== undefined
      ? Number.parseInt(hex, 16)
      : binary !== undefined
        ? Number.parseInt(binary, 2)
        : octal !== undefined
          ? Number.parseInt(octal, 8)
          : decimal !== undefined
            ? Number(decimal)
            : undefined;
  if (size !== undefined) return sign === "-" && size !== 0 ? -size : size;
  const float = FLOAT.test(plain) ? Number(plain) : undefined;
  // What is too large for a float is a text to Go.
  return float !== undefined && Number.isFinite(float) ? float : undefined;
}

export type GoScalar = boolean | null | number | string;

/** What a scalar without quotes and without a tag is to go-yaml v2. */
export function goScalar(text: string): GoScalar {
  const word = WORDS.get(text);
  return word !== undefined ? word : (goNumber(text) ?? text);
}

const matching = (type: (value: unknown) => boolean): RegExp =>
  // The package asks a tag by a regular expression only; this one asks a function.
  Object.assign(/(?:)/, { test: (text: string) => type(goScalar(text)) });

const scalarTag = (name: string, type: (value: unknown) => boolean): ScalarTag => ({
  tag: TAG + name,
  default: true,
  test: matching(type),
  resolve: goScalar,
});

/**
 * Options for the `yaml` package by which it reads plain scalars as Kubernetes does: `sigs.k8s.io/yaml` stands on go-yaml
 * v2, which is neither YAML 1.1 nor 1.2. `y`, `no` and `on` are booleans, `0777` and `0o777` octal, `08` is 8, `1_000`
 * a thousand; but `12:30` and `2001-01-01` are texts. Compared with go-yaml case by case in `test/kube/files`.
 */
export const goYamlOptions: ParseOptions & DocumentOptions & SchemaOptions = {
  schema: "failsafe",
  customTags: [
    scalarTag("bool", (value) => typeof value === "boolean"),
    scalarTag("null", (value) => value === null),
    scalarTag("int", (value) => Number.isInteger(value)),
    scalarTag("float", (value) => typeof value === "number"),
  ],
  resolveKnownTags: false,
  // Kept by `yamlValue`, which names both places; and merge keys by it too.
  uniqueKeys: false,
  merge: false,
  prettyErrors: false,
  strict: true,
};
