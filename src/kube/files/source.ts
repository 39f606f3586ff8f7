/** A place in a file, or in an object of a live cluster. Lines and columns count from 1; absent where the whole is meant. */
export interface SourcePosition {
  /** As the user named it; `<stdin>` for standard input, `<cluster>` for what a live cluster says. */
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
  /** Of a live object, which has no lines: who it is, and which of its fields is meant. */
  readonly live?: LivePosition | undefined;
}

/** `NetworkPolicy shop/web`, and `spec.ingress[0].from`; the field is empty where the whole object is meant. */
export interface LivePosition {
  readonly object: string;
  readonly field: string;
}

/** Something wrong, and where. Problems are values: reading manifests never throws for what they hold. */
export interface SourceProblem extends SourcePosition {
  readonly message: string;
  /** Of whom it is said: `NetworkPolicy shop/web`. */
  readonly object?: string | undefined;
}

/** `policies/web.yaml:14:15`; of a live object `NetworkPolicy shop/web spec.ingress[0]`. */
export function positionText({ file, line, column, live }: SourcePosition): string {
  if (live !== undefined) return [live.object, live.field].filter((part) => part !== "").join(" ");
  if (line === undefined) return file;
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
}

// Line ends of any kind, and what a terminal would obey.
const CONTROL = /[\p{Cc}\u2028\u2029]/gu;

const escaped = (text: string): string =>
  text.replaceAll(CONTROL, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, "0")}`);

/** `policies/web.yaml:14:15: NetworkPolicy shop/web: spec.ingress[0]...`, one line, whatever the names in it are. */
export function sourceProblemText({ message, object, ...position }: SourceProblem): string {
  // A live object is told by its name already, and the message names the field.
  const place = position.live === undefined ? positionText(position) : position.file;
  return escaped([place, object, message].filter((part) => part !== undefined).join(": "));
}
