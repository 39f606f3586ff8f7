import type { Command, Option } from "commander";

/** What may stand where the cursor is. */
export interface Completions {
  readonly values: readonly { readonly value: string; readonly description: string }[];
  /** Names of files may stand there, too. */
  readonly files: boolean;
}

const takesValue = ({ required, optional }: Option): boolean => required || optional;

const PATHS = /<(?:path|file|dir|folder)>/;

const firstLine = (text: string): string => text.split("\n")[0] ?? "";

const optionNamed = (command: Command, word: string): Option | undefined =>
  command.options.find(({ short, long }) => word === short || word === long);

function optionValues(option: Option): Completions {
  const listed = option.argChoices ?? (option.long === "--against" ? ["live"] : []);
  const values = listed.map((value) => ({ value, description: "" }));
  return { values, files: PATHS.test(option.flags) };
}

function argumentValues(command: Command, index: number): Completions {
  const all = command.registeredArguments;
  const last = all.at(-1);
  const argument = all[index] ?? (last?.variadic === true ? last : undefined);
  const values = (argument?.argChoices ?? []).map((value) => ({ value, description: "" }));
  return { values, files: /^(?:intents|files?|paths?)$/.test(argument?.name() ?? "") };
}

const visible = (command: Command): Completions["values"] => {
  const help = command.createHelp();
  return help
    .visibleCommands(command)
    .map((each) => ({ value: each.name(), description: firstLine(each.summary() || each.description()) }));
};

const options = (command: Command): Completions["values"] =>
  command
    .createHelp()
    .visibleOptions(command)
    .flatMap(({ long, short, description }) => {
      const value = long ?? short;
      return value === undefined ? [] : [{ value, description: firstLine(description) }];
    });

const startingWith = (word: string, { values, files }: Completions): Completions => ({
  values: values.filter(({ value }) => value.startsWith(word)),
  files,
});

/** What completes the last word; those before it are as they were typed, without the program's name. */
export function complete(program: Command, words: readonly string[]): Completions {
  let command = program;
  let operands = 0;
  let pending: Option | undefined;
  for (const word of words.slice(0, -1)) {
    if (pending !== undefined) {
      pending = undefined;
      continue;
    }
    if (word.startsWith("-")) {
      const option = optionNamed(command, word);
      pending = option !== undefined && takesValue(option) ? option : undefined;
      continue;
    }
    const inner = command.commands.find((each) => each.name() === word);
    if (inner === undefined) operands += 1;
    else command = inner;
  }
  const word = words.at(-1) ?? "";
  if (pending !== undefined) return startingWith(word, optionValues(pending));
  if (word.startsWith("-")) return startingWith(word, { values: options(command), files: false });
  if (command.commands.length > 0 && operands === 0)
    return startingWith(word, { values: visible(command), files: false });
  return startingWith(word, argumentValues(command, operands));
}

/** A line for each value, its description after a tab; `:files` where names of files may stand there, too. */
export function completionLines({ values, files }: Completions): string {
  const lines = values.map(({ value, description }) =>
    description === "" ? value : `${value}\t${description}`,
  );
  return [...lines, ...(files ? [":files"] : [])].map((line) => `${line}\n`).join("");
}
