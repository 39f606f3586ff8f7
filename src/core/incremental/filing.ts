import type { Labels, Selector } from "../selector.ts";

/**
 * Where selectors and labels meet. A selector is filed under one label that all who match it have; whoever has labels
 * looks under each of them. A pair is one label as text: no key holds a line break.
 */
const pair = (key: string, value: string): string => `${key}\n${value}`;

/**
 * The pairs under which a selector is filed: those of its narrowest `in` requirement, as whoever matches it has exactly
 * one of them; `undefined` where it has none, and everybody must be asked.
 */
export function filedUnder(selector: Selector): readonly string[] | undefined {
  if (selector.kind === "nothing") return [];
  const listing = selector.requirements.flatMap((each) => (each.kind === "in" ? [each] : []));
  const [narrowest] = listing.toSorted((a, b) => a.values.length - b.values.length);
  return narrowest?.values.map((value) => pair(narrowest.key, value));
}

export const pairsOf = (labels: Labels): string[] =>
  Object.entries(labels).map(([key, value]) => pair(key, value));

/** A map of sets that has no empty ones. */
export class Drawers<V> {
  readonly #sets = new Map<string, Set<V>>();

  get(drawer: string): ReadonlySet<V> {
    return this.#sets.get(drawer) ?? this.#none;
  }

  add(drawer: string, value: V): void {
    const set = this.#sets.get(drawer);
    if (set === undefined) this.#sets.set(drawer, new Set([value]));
    else set.add(value);
  }

  delete(drawer: string, value: V): void {
    const set = this.#sets.get(drawer);
    set?.delete(value);
    if (set?.size === 0) this.#sets.delete(drawer);
  }

  names(): Iterable<string> {
    return this.#sets.keys();
  }

  readonly #none: ReadonlySet<V> = new Set();
}
