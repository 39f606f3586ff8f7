/** Says something beside the answer, on standard error. */
export function note(text: string): void {
  process.stderr.write(`selvedge: ${text}\n`);
}
