import { Argument, Command } from "commander";
import { type Shell, shells } from "./completion/shell-scripts.ts";

/** `selvedge completion SHELL`: what to evaluate at a shell's start. */
export function completionCommand(): Command {
  return new Command("completion")
    .summary("a script that completes selvedge's words in your shell")
    .description(
      "Prints a script that completes verbs, options and their values, and files, for bash, zsh or fish.",
    )
    .addArgument(new Argument("<shell>", "whose").choices(shells))
    .addHelpText(
      "after",
      "\nExamples:\n  source <(selvedge completion bash)\n  selvedge completion fish > ~/.config/fish/completions/selvedge.fish",
    )
    .action(async (shell: Shell) => {
      const { shellScripts } = await import("./completion/shell-scripts.ts");
      process.stdout.write(shellScripts[shell]);
    });
}

/** What the scripts ask: `selvedge __complete -- WORDS`, the last of which is to be completed. */
export function completeCommand(program: Command): Command {
  return new Command("__complete").argument("[words...]").action(async (words: readonly string[]) => {
    const { complete, completionLines } = await import("./completion/complete.ts");
    process.stdout.write(completionLines(complete(program, words)));
  });
}
