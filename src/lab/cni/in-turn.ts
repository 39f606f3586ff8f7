const last = new Map<string, Promise<unknown>>();

/** Does the work once all that came before it under the same key has ended, well or not. */
export async function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const before = last.get(key) ?? Promise.resolve();
  const mine = before.then(work, work);
  last.set(key, mine);
  return mine;
}
