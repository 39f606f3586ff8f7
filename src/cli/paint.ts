import pc from "picocolors";
import { type Paint, plain } from "../analysis/finding/paint.ts";

/** Colours for standard output: on a terminal, and never where NO_COLOR is set to anything. */
export function paint(): Paint {
  if (!process.stdout.isTTY || process.env["NO_COLOR"]) return plain;
  const { red, yellow, blue, green, bold, dim } = pc.createColors(true);
  return { error: red, warning: yellow, info: blue, good: green, strong: bold, faint: dim };
}
