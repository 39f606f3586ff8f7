import type { Family } from "../../core/address.ts";
import type { StandingSet } from "../state.ts";
import type { ListedBlock } from "./listed-blocks.ts";
import { entryOf } from "./set-element.ts";
import { readForm } from "./set-form.ts";

const ELEMENTS = "\t\telements = { ";

/** Reads a set or a map; nothing where it has a form, or an element options, that we would not give it. */
export function listedSet({ kind, body }: ListedBlock, family: Family): StandingSet | undefined {
  const at = body.indexOf(ELEMENTS);
  const head = at < 0 ? body : body.slice(0, at);
  const lines = head
    .trim()
    .split("\n")
    .map((line) => line.trim());
  const made = kind === "chain" ? undefined : readForm({ kind, lines }, family);
  if (made === undefined) return undefined;
  if (at < 0) return { ...made, entries: new Set() };
  const text = body.slice(at + ELEMENTS.length, body.lastIndexOf("}"));
  const entries = new Set<string>();
  for (const element of text.split(",")) {
    const entry = entryOf(made.type, element.trim());
    if (entry === undefined) return undefined;
    entries.add(entry);
  }
  return { ...made, entries };
}
