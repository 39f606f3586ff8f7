/** Whether nft reads the line as the same, whatever stands before and after it in its line. */
function isWhole(line: string): boolean {
  const bare = line.replaceAll(/"[^"]*"/g, "");
  return !/["#]/.test(bare) && !line.includes("\\") && bare.split("{").length === bare.split("}").length;
}

/**
 * The commands of a script in one line, as `nft -i` takes a line for a transaction. None where a line of it is no command by itself:
 * a remark, for one, would swallow all that follows it, and nobody would hear of it.
 */
export function oneLine(script: string): string | undefined {
  const commands = script.split("\n").filter((line) => line.trim() !== "");
  return commands.every(isWhole) ? commands.join("; ") : undefined;
}
