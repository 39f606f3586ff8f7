/** A place in a file. Lines and columns count from 1; absent where the whole file is meant. */
export interface SourcePosition {
  /** As the user named it; `<stdin>` for standard input. */
  readonly file: string;
  readonly line?: number | undefined;
  readonly column?: number | undefined;
}

/** Something wrong, and where. Problems are values: reading manifests never throws for what they hold. */
export interface SourceProblem extends SourcePosition {
  readonly message: string;
  /** Of whom it is said: `NetworkPolicy shop/web`. */
  readonly object?: string | undefined;
}

/** `policies/web.yaml:14:15` */
export function positionText({ file, line, column }: SourcePosition): string {
  if (line === undefined) return file;
  return column === undefined ? `${file}:${line}` : `${file}:${line}:${column}`;
}

/** `policies/web.yaml:14:15: NetworkPolicy shop/web: spec.ingress[0]...`, one line. */
export const sourceProblemText = ({ message, object, ...position }: SourceProblem): string =>
  [positionText(position), object, message].filter((part) => part !== undefined).join(": ");
