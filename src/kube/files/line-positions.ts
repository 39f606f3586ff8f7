/** From an offset into a file's text to its line and column. */
export function linePositions(
  file: string,
  text: string,
): (offset: number) => { readonly file: string; readonly line: number; readonly column: number } {
  const starts = [0];
  for (let end = text.indexOf("\n"); end >= 0; end = text.indexOf("\n", end + 1)) starts.push(end + 1);

  /** How many lines begin at the offset or before it. */
  function lineAt(offset: number): number {
    let [low, high] = [1, starts.length];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      if ((starts[middle - 1] ?? 0) <= offset) low = middle;
      else high = middle - 1;
    }
    return low;
  }

  return (offset) => {
    const line = lineAt(offset);
    return { file, line, column: offset - (starts[line - 1] ?? 0) + 1 };
  };
}
