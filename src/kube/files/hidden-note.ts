/** The annotation by which a snapshot's List says what was hidden from whoever took it; one line each. */
const HIDDEN = "selvedge.dev/hidden";

/** The metadata of a List that hides this much; `undefined` where nothing was hidden. */
export const hiddenNote = (hidden: readonly string[]): unknown =>
  hidden.length === 0 ? undefined : { annotations: { [HIDDEN]: hidden.join("\n") } };

const field = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Readonly<Record<string, unknown>>)[name]
    : undefined;

/** What a List says was hidden; nothing for one that is no snapshot. */
export function hiddenIn(list: unknown): string[] {
  const text = field(field(field(list, "metadata"), "annotations"), HIDDEN);
  return typeof text === "string" ? text.split("\n").filter((line) => line !== "") : [];
}
