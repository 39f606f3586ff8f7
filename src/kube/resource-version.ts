/**
 * Whether what was seen at `seen` holds everything up to `wanted`. Versions of one server are decimal numbers that grow,
 * over all of its collections (KEP-5504, "Comparable Resource Version"). What is no number has been passed by nobody.
 */
export function hasReached(seen: string | undefined, wanted: string): boolean {
  if (seen === undefined || !isVersion(seen) || !isVersion(wanted)) return false;
  return BigInt(seen) >= BigInt(wanted);
}

/** The later of two. */
export const laterVersion = (a: string, b: string): string => (hasReached(a, b) ? a : b);

const isVersion = (text: string): boolean => /^\d{1,40}$/.test(text);
