/**
 * The API server's rules for names, labels and ports (apimachinery `api/validate/content`, `util/validation`). Each answers
 * with what is wrong, in the API server's words; an empty list where nothing is.
 */
type Rule = (value: string) => string[];

/** Go counts a string's bytes. */
const bytes = (text: string): number => Buffer.byteLength(text);

const LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
const SUBDOMAIN = `${LABEL}(\\.${LABEL})*`;
const KEY_NAME = "([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]";
const VALUE = `(${KEY_NAME})?`;

// Two quantifiers over one alphabet backtrack quadratically at worst, and Go's regular expressions never do. These accept
// the same texts in linear time; the texts above are only shown to people.
const isLabel = (text: string): boolean => /^[-a-z0-9]+$/.test(text) && !/^-|-$/.test(text);
const isSubdomain = (text: string): boolean => text.split(".").every(isLabel);
const isKeyName = (text: string): boolean => /^[-A-Za-z0-9_.]+$/.test(text) && !/^[-_.]|[-_.]$/.test(text);

/** Bytes are counted in either case; the rules for names and ports call them characters. */
const atMost = (value: string, maximum: number, unit: "bytes" | "characters"): string[] =>
  bytes(value) > maximum ? [`must be no more than ${maximum} ${unit}`] : [];

/** The two spaces are the API server's. */
const form = (says: string, pattern: string, ...examples: string[]): string =>
  `${says} (e.g. ${examples.map((example) => `'${example}'`).join(",  or ")}, regex used for validation is '${pattern}')`;

/** A namespace's name. */
export const dnsLabelProblems: Rule = (value) => {
  const problems = atMost(value, 63, "characters");
  if (isLabel(value)) return problems;
  if (isSubdomain(value)) return [...problems, "must not contain dots"];
  const says =
    "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character";
  return [...problems, form(says, LABEL, "my-name", "123-abc")];
};

/** The name of most objects, NetworkPolicies among them. */
export const dnsSubdomainProblems: Rule = (value) => subdomainProblems(value, "characters");

function subdomainProblems(value: string, unit: "bytes" | "characters"): string[] {
  const problems = atMost(value, 253, unit);
  if (isSubdomain(value)) return problems;
  const says =
    "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character";
  return [...problems, form(says, SUBDOMAIN, "example.com")];
}

const KEY_SAYS =
  "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
const keyForm = (part: string): string =>
  form(`${part} ${KEY_SAYS}`, KEY_NAME, "MyName", "my.name", "123-abc");

function keyNameProblems(name: string): string[] {
  const problems: string[] = [];
  if (name === "") problems.push("name part must be non-empty");
  else problems.push(...atMost(name, 63, "bytes").map((says) => `name part ${says}`));
  if (!isKeyName(name)) problems.push(keyForm("name part"));
  return problems;
}

/** A label's key: a name, or a DNS subdomain, a slash and a name. */
export const labelKeyProblems: Rule = (value) => {
  const [first = "", second, ...more] = value.split("/");
  if (more.length > 0) {
    return [
      `${keyForm("a valid label key")} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')`,
    ];
  }
  if (second === undefined) return keyNameProblems(first);
  const prefix = first === "" ? ["must be non-empty"] : subdomainProblems(first, "bytes");
  return [...prefix.map((says) => `prefix part ${says}`), ...keyNameProblems(second)];
};

export const labelValueProblems: Rule = (value) => {
  const problems = atMost(value, 63, "bytes");
  if (value === "" || isKeyName(value)) return problems;
  const says =
    "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character";
  return [...problems, form(says, VALUE, "MyValue", "my_value", "12345")];
};

/** A port's name: RFC 6335's service name, lower case only. */
export const portNameProblems: Rule = (value) => {
  const problems = atMost(value, 15, "characters");
  if (!/^[-a-z0-9]+$/.test(value)) {
    problems.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)");
  }
  if (!/[a-z]/.test(value)) problems.push("must contain at least one letter (a-z)");
  if (value.includes("--")) problems.push("must not contain consecutive hyphens");
  if (value.startsWith("-") || value.endsWith("-")) problems.push("must not begin or end with a hyphen");
  return problems;
};

export const portNumberProblems = (port: number): string[] =>
  port >= 1 && port <= 65535 ? [] : ["must be between 1 and 65535, inclusive"];
