import { readFile } from "node:fs/promises";

/** How many of an enforcer's passes took more than one plan, by its log. */
export const detoursIn = async (logFile: string): Promise<number> =>
  (await readFile(logFile, "utf8")).matchAll(/"plans":\d/g).reduce((sum) => sum + 1, 0);

/** How many of an enforcer's passes wrote something, by its log. */
export const passesIn = async (logFile: string): Promise<number> =>
  (await readFile(logFile, "utf8")).matchAll(/"msg":"applied"/g).reduce((sum) => sum + 1, 0);
