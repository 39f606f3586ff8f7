/**
 * The text in lines of at most `width` columns, broken at spaces; every line but the first begins with `indent`. A word
 * longer than a line is broken where the line ends.
 */
export function wrap(text: string, width: number, indent = ""): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(/\s+/).filter((each) => each !== "")) {
    const longer = line === "" || line === indent ? `${line}${word}` : `${line} ${word}`;
    if (longer.length <= width) {
      line = longer;
      continue;
    }
    if (line.trim() !== "") lines.push(line);
    line = `${indent}${word}`;
    while (line.length > width) {
      lines.push(line.slice(0, width));
      line = `${indent}${line.slice(width)}`;
    }
  }
  return line.trim() === "" && lines.length > 0 ? lines : [...lines, line];
}
