/** Letters to change, add, leave out or swap with their neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min((row[j - 1] ?? 0) + 1, (last[j] ?? 0) + 1, (last[j - 1] ?? 0) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1])
        best = Math.min(best, (before[j - 2] ?? 0) + 1);
      row.push(best);
    }
    before = last;
    last = row;
  }
  return last[b.length] ?? 0;
}

/** What a label's key is called after its prefix: `name` of `app.kubernetes.io/name`. */
const tail = (text: string): string => text.slice(text.lastIndexOf("/") + 1);

const plain = (text: string): string => text.toLowerCase().replaceAll(/[-_.]/g, "");

function badness(wanted: string, known: string): number {
  if (plain(wanted) === plain(known)) return 0;
  if (tail(wanted) === tail(known)) return 1;
  return 1 + distance(wanted, known);
}

/**
 * What may have been meant: the known word that is one slip away (two in words of more than four letters), that differs
 * in case or punctuation only, or that is the same behind another prefix. `undefined` where none is near.
 */
export function nearest(wanted: string, known: Iterable<string>): string | undefined {
  const bearable = 1 + (wanted.length > 4 ? 2 : 1);
  const near = [...new Set(known)]
    .filter((each) => each !== wanted)
    .map((word) => ({ word, badness: badness(wanted, word) }))
    // Of a single letter, any other would be near.
    .filter((each) => each.badness <= bearable && (each.badness < 2 || wanted.length > 2))
    .toSorted((a, b) => a.badness - b.badness || (a.word < b.word ? -1 : 1));
  return near[0]?.word;
}
