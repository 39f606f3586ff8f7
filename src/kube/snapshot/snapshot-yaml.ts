import { type ScalarTag, Document, isScalar, visit } from "yaml";
import { goYamlOptions } from "../files/go-yaml.ts";

const { customTags } = goYamlOptions;

/** With these tags a text is quoted wherever Kubernetes would take it for something else: `yes`, `0777`, `1_000`. */
const tags = (Array.isArray(customTags) ? customTags : []).map((tag): ScalarTag => {
  const scalar = tag as ScalarTag;
  const { tag: name } = scalar;
  return {
    ...scalar,
    identify: (value) =>
      value === null
        ? name.endsWith(":null")
        : typeof value === "boolean"
          ? name.endsWith(":bool")
          : typeof value === "number" && name.endsWith(Number.isInteger(value) ? ":int" : ":float"),
    stringify: ({ value }) => String(value),
  };
});

/** The value as YAML that `parseManifests`, and kubectl, read back as the same value. */
export function snapshotYaml(value: unknown): string {
  const document = new Document(value, { ...goYamlOptions, customTags: tags, aliasDuplicateObjects: false });
  visit(document, {
    Pair: (_, { key }) => {
      // Without quotes it would merge, whatever its type is.
      if (isScalar(key) && key.value === "<<") key.type = "QUOTE_DOUBLE";
    },
  });
  return document.toString({ lineWidth: 0 });
}
