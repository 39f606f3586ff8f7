import { CST, Lexer, LineCounter } from "yaml";

/** A comment with its `#`; counted from 1. */
export interface YamlComment {
  readonly line: number;
  readonly column: number;
  readonly text: string;
}

/** The comments of a YAML text, told from `#` within texts by the YAML package's own lexer. */
export function yamlComments(text: string): YamlComment[] {
  const lines = new LineCounter();
  lines.addNewLine(0);
  for (let i = text.indexOf("\n"); i >= 0; i = text.indexOf("\n", i + 1)) lines.addNewLine(i + 1);
  const found: YamlComment[] = [];
  let offset = 0;
  let isScalar = false;
  for (const token of new Lexer().lex(text)) {
    // The lexer's own marks are no part of the text.
    if (token === CST.DOCUMENT || token === CST.FLOW_END || token === CST.SCALAR) {
      isScalar = token === CST.SCALAR;
      continue;
    }
    if (!isScalar && token.startsWith("#")) {
      const { line, col } = lines.linePos(offset);
      found.push({ line, column: col, text: token });
    }
    isScalar = false;
    offset += token.length;
  }
  return found;
}
