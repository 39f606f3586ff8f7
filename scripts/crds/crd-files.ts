import { stringify } from "yaml";
import { definitions } from "./definitions.ts";

const HEADER = "# Generated from src/kube/wire by `npm run crds`; edit there.\n";

/** The text of every file in crds/, by its name. */
export const crdFiles: ReadonlyMap<string, string> = new Map(
  [...definitions].map(([name, definition]) => [
    name,
    HEADER + stringify(definition, { lineWidth: 0, aliasDuplicateObjects: false }),
  ]),
);
