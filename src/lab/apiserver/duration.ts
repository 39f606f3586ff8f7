const UNITS = [
  ["d", 86_400],
  ["h", 3600],
  ["m", 60],
  ["s", 1],
] as const;

/** A span of time as `kubectl get` shows ages: one unit, the largest that is at least 2 (but 1d and up in days). */
export const shortDuration = (milliseconds: number): string => {
  const seconds = Math.max(0, Math.floor(milliseconds / 1000));
  const [unit, size] = UNITS.find(([, size]) => seconds >= 2 * size) ?? (["s", 1] as const);
  return `${Math.floor(seconds / size)}${unit}`;
};
