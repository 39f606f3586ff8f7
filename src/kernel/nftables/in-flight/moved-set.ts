/** A set of peers whose members change. */
export interface MovedSet {
  readonly name: string;
  readonly adds: ReadonlySet<string>;
  readonly dels: ReadonlySet<string>;
}

/** Of an entry of a set of peers. */
export const addressOf = (entry: string): string => entry.split(",", 1)[0] ?? "";

export const addressesOf = (entries: ReadonlySet<string>): ReadonlySet<string> =>
  new Set([...entries].map(addressOf));
