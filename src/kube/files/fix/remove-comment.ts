import { type TextPlace, lineStart, nextLineStart, offsetAt } from "./text-edit.ts";

/** The text without the comment that begins there: without its line, where that holds nothing else. */
export function removeComment(text: string, place: TextPlace): string | undefined {
  const at = offsetAt(text, place);
  if (at === undefined || text[at] !== "#") return undefined;
  const start = lineStart(text, at);
  const before = text.slice(start, at);
  if (before.trim() === "") return text.slice(0, start) + text.slice(nextLineStart(text, at));
  const rest = /\r?\n/.exec(text.slice(at));
  return text.slice(0, start) + before.trimEnd() + (rest === null ? "" : text.slice(at + rest.index));
}
