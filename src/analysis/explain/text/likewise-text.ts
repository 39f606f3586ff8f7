import type { Party } from "../../party.ts";
import { list } from "../../lint/words.ts";

const SHOWN = 3;

interface Pair {
  readonly from: Party;
  readonly to: Party;
}

/** `likewise from shop/web-2 and shop/web-3`; nothing where there are none. */
export function likewiseText(first: Pair, likewise: readonly Pair[]): string[] {
  if (likewise.length === 0) return [];
  const isSource = likewise.every(({ to }) => to.name === first.to.name);
  const isTarget = likewise.every(({ from }) => from.name === first.from.name);
  const names = likewise.map(({ from, to }) =>
    isSource ? from.name : isTarget ? to.name : `${from.name} -> ${to.name}`,
  );
  const shown = names.length > SHOWN + 1 ? [...names.slice(0, SHOWN), `${names.length - SHOWN} more`] : names;
  return [`likewise ${isSource ? "from " : isTarget ? "to " : ""}${list(shown)}`];
}
