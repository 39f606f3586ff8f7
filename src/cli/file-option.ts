import { Option } from "commander";

/** `-f`, as kubectl has it: repeatable, a file, a folder, or `-`. */
export const fileOption = (): Option =>
  new Option(
    "-f, --filename <path>",
    "manifest file or folder (YAML or JSON, read recursively), - for standard input",
  )
    .argParser((path: string, before: readonly string[] | undefined) => [...(before ?? []), path])
    .makeOptionMandatory();
