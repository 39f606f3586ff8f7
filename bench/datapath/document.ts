/** Puts a command's text between its marks in a document; everything else there is people's. */
export function withSection(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- ${name}: written by make -->`, `<!-- end of ${name} -->`];
  const from = document.indexOf(begin);
  const to = document.indexOf(end);
  if (from < 0 || to < from)
    throw new Error(`the document has no place for ${name}: want "${begin}" and "${end}"`);
  return `${document.slice(0, from + begin.length)}\n\n${text.trim()}\n\n${document.slice(to)}`;
}
