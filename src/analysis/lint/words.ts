const SHOWN = 3;

/** `a`, `a and b`, `a, b and c`, `a, b, c and 4 more`. */
export function list(words: readonly string[]): string {
  if (words.length > SHOWN + 1) return `${words.slice(0, SHOWN).join(", ")} and ${words.length - SHOWN} more`;
  return words.length < 2 ? words.join("") : `${words.slice(0, -1).join(", ")} and ${words.at(-1)}`;
}

/** `1 pod`, `2 pods`. */
export const counted = (count: number, noun: string): string => `${count} ${noun}${count === 1 ? "" : "s"}`;
