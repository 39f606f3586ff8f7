/** Something that a hand does to what is ours, as a line for the shell, and what it does it to. */
export interface Damage {
  readonly line: string;
  /** A name that the log has to tell. */
  readonly object: string;
  /** Where it would change what other lines speak of: done only beside what has the same word here. */
  readonly apart?: string;
}

/**
 * The same in as few rounds as may be: in each something is done to every object at once. What has to be done apart is a
 * round of its own.
 */
export function rounds(done: readonly Damage[]): Damage[][] {
  const [apart, others] = [
    done.filter(({ apart }) => apart !== undefined),
    done.filter(({ apart }) => apart === undefined),
  ];
  const together: Damage[][] = [];
  for (const ofOne of Map.groupBy(others, ({ object }) => object).values())
    for (const [i, damage] of ofOne.entries()) (together[i] ??= []).push(damage);
  return [...together, ...Map.groupBy(apart, (damage) => damage.apart).values()];
}
