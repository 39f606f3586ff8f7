/** How many items failed, and how: the rest goes on. */
export interface Failure<T> {
  readonly item: T;
  readonly error: unknown;
}

/** Works on all items, at most `limit` at once; one that fails keeps no other from its turn. */
export async function forEachLimit<T>(
  items: Iterable<T>,
  limit: number,
  work: (item: T) => Promise<void>,
): Promise<readonly Failure<T>[]> {
  const failures: Failure<T>[] = [];
  const queue = items[Symbol.iterator]();
  const worker = async (): Promise<void> => {
    // One iterator, many workers: each takes the next.
    for (let next = queue.next(); next.done !== true; next = queue.next()) {
      try {
        await work(next.value);
      } catch (error) {
        failures.push({ item: next.value, error });
      }
    }
  };
  await Promise.all(Array.from({ length: limit }, worker));
  return failures;
}
