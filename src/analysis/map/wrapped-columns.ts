/** Where a cell may be broken: after a space, a comma or a slash. */
const PIECES = /[^ ,/]*[ ,/]?/gu;

function cellLines(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const piece of text.match(PIECES) ?? []) {
    if (line !== "" && (line + piece).trimEnd().length > width) {
      lines.push(line.trimEnd());
      line = "";
    }
    line += piece;
    while (line.trimEnd().length > width) {
      lines.push(line.slice(0, width));
      line = line.slice(width);
    }
  }
  return [...lines, line.trimEnd()];
}

/** Each column is as wide as it would be, or as what is left to it and to those that want more than their share. */
function fit(wanted: readonly number[], room: number): number[] {
  const widths = [...wanted];
  const narrow = wanted.map((width, i) => ({ width, i })).sort((a, b) => a.width - b.width);
  let left = room;
  for (const [taken, { width, i }] of narrow.entries()) {
    widths[i] = Math.min(width, Math.floor(left / (narrow.length - taken)));
    left -= widths[i];
  }
  return widths;
}

const GAP = 2;

/** Rows as columns within `width`, two spaces apart; what is too long goes on in the next line. Nothing trails a line. */
export function wrappedColumns(rows: readonly (readonly string[])[], width: number): string {
  const wanted: number[] = [];
  for (const row of rows)
    for (const [i, cell] of row.entries()) wanted[i] = Math.max(wanted[i] ?? 0, cell.length);
  const widths = fit(wanted, width - GAP * (wanted.length - 1));
  return rows
    .flatMap((row) => {
      const cells = row.map((cell, i) => cellLines(cell, widths[i] ?? 1));
      const height = Math.max(...cells.map((lines) => lines.length));
      return Array.from({ length: height }, (_, line) =>
        cells
          .map((lines, i) => (lines[line] ?? "").padEnd(widths[i] ?? 0))
          .join(" ".repeat(GAP))
          .trimEnd(),
      );
    })
    .join("\n");
}
