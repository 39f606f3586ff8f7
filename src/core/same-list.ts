/** The former list where the new one holds the same values, so that what was made of it holds too. */
export const sameList = <T>(before: readonly T[] | undefined, after: readonly T[]): readonly T[] =>
  before?.length === after.length && before.every((value, i) => value === after[i]) ? before : after;
