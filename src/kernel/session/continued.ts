import { ONE_PIECE } from "./one-piece.ts";

/**
 * A line for `nft -i` in pieces, each of which a backslash continues in the next. Of a line that is not continued to its end nft
 * does nothing: so whoever hands over the pieces may be killed at any time. The line has no backslashes of its own.
 */
export function continued(line: string): string {
  const pieces: string[] = [];
  for (let begin = 0; begin < line.length; begin += ONE_PIECE)
    pieces.push(line.slice(begin, begin + ONE_PIECE));
  return `${pieces.join("\\\n")}\n`;
}
