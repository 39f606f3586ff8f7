import { readFileSync } from "node:fs";
import AjvDraft04 from "ajv-draft-04";
import { validateXML } from "xmllint-wasm";

const schema = (name: string): string =>
  readFileSync(new URL(`../fixtures/schemas/${name}`, import.meta.url), "utf8");

/** The published schemas of JUnit's XML, of which nobody has the last word. */
export const junitSchemas = ["junit-ant.xsd", "junit-jenkins.xsd"] as const;

const validate = new AjvDraft04.default({
  strict: false,
  validateFormats: false,
  unicodeRegExp: false,
}).compile(JSON.parse(schema("sarif-2.1.0.json")) as object);

/** What the schema of SARIF 2.1.0 has against a log; nothing, where it is valid. */
export function sarifFaults(log: unknown): string[] {
  if (validate(log)) return [];
  return (validate.errors ?? []).map(({ instancePath, message = "" }) => `${instancePath} ${message}`);
}

/** What a schema of JUnit's has against any of these files. */
export async function junitFaults(
  name: (typeof junitSchemas)[number],
  texts: readonly string[],
): Promise<string[]> {
  const xml = texts.map((contents, i) => ({ fileName: `${i}.xml`, contents }));
  const { valid, errors } = await validateXML({ xml, schema: schema(name) });
  if (valid) return [];
  return errors.length === 0 ? ["invalid"] : errors.map(({ rawMessage }) => rawMessage);
}
