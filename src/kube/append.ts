/**
 * `into.push(...items)` without its limit: a call's arguments stand on the stack, and an object that somebody made to do
 * harm has more problems than fit there.
 */
export function append<T>(into: T[], items: Iterable<T>): void {
  for (const item of items) into.push(item);
}
