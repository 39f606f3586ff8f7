import { homedir } from "node:os";
import { join } from "node:path";

/** Where what is built once a machine outlives the checkout. */
export const cacheDir = (...parts: readonly string[]): string =>
  join(process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache"), "selvedge", ...parts);
