import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../..", import.meta.url));

/** A path of the checkout, as whoever has another working directory (a node, say) must name it. */
export const inRepository = (...path: readonly string[]): string => join(root, ...path);
