/** What to say of an error that is nobody's fault but ours: one line, and the stack only for those who ask. */
export function bugText(error: unknown, env: Readonly<Record<string, string | undefined>>): string {
  const message = error instanceof Error ? error.message || error.name : String(error);
  const [line = ""] = message.split("\n");
  if (env["SELVEDGE_DEBUG"]) return `${(error instanceof Error ? error.stack : undefined) ?? line}\n`;
  return `selvedge: this is a bug in Selvedge: ${line}; please report it, with what SELVEDGE_DEBUG=1 shows\n`;
}
