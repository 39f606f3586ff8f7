/** The value, which the test knows to be there; where it is not, the test itself is wrong. */
export function must<T>(value: T | undefined, what = "value"): T {
  if (value === undefined) throw new Error(`the test expected a ${what}`);
  return value;
}
