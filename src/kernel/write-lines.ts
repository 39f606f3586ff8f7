import type { Writable } from "node:stream";

/**
 * What is handed to a pipe at once, in characters: so little that the kernel takes all of it or nothing (one buffer of a
 * unix socket, which is what Node makes of a child's standard input).
 */
const PIECE = 16_384;

/** Cuts a text into pieces of whole lines; a line longer than a piece is a piece by itself. */
export function* wholeLines(text: string, size = PIECE): Generator<string> {
  let begin = 0;
  while (text.length - begin > size) {
    const last = text.lastIndexOf("\n", begin + size - 1);
    const end = last >= begin ? last : text.indexOf("\n", begin);
    if (end === -1) break;
    yield text.slice(begin, end + 1);
    begin = end + 1;
  }
  if (begin < text.length) yield text.slice(begin);
}

/**
 * Writes whole lines, whenever this process is killed: a program that reads commands takes the end of its input for the
 * end of a line, and half of `add peers 10.0.0.12` is a command that somebody else is a peer.
 */
export async function writeLines(to: Writable, text: string): Promise<void> {
  for (const piece of wholeLines(text))
    await new Promise<void>((resolve) => to.write(piece, () => resolve()));
}
