import { Command, CommanderError } from "commander";
import { bugText } from "./bug-text.ts";
import { canCommand } from "./can-command.ts";
import { cleanupCommand } from "./cleanup-command.ts";
import { completeCommand, completionCommand } from "./completion-command.ts";
import { controllerCommand } from "./controller-command.ts";
import { countersCommand } from "./counters-command.ts";
import { denialsCommand } from "./denials-command.ts";
import { diffCommand } from "./diff-command.ts";
import { doctorCommand } from "./doctor-command.ts";
import { enforcerCommand } from "./enforcer-command.ts";
import { UsageError, exitCodes } from "./exit-codes.ts";
import { explainCommand } from "./explain-command.ts";
import { lintCommand } from "./lint-command.ts";
import { mapCommand } from "./map-command.ts";
import { ruleCommand } from "./rule-command.ts";
import { snapshotCommand } from "./snapshot-command.ts";
import { statusCommand } from "./status-command.ts";
import { testCommand } from "./test-command.ts";
import { version } from "./version.ts";

/** `kubectl selvedge`, where it runs as kubectl's plugin. */
const calledAs = process.env["SELVEDGE_CALLED_AS"] ?? "selvedge";

const program = new Command("selvedge")
  .description("NetworkPolicy for any Kubernetes CNI: enforced in the kernel, explained in plain sentences.")
  .version(version)
  .helpCommand(true)
  .showHelpAfterError("(add --help for usage)")
  .addCommand(canCommand())
  .addCommand(explainCommand())
  .addCommand(mapCommand())
  .addCommand(diffCommand())
  .addCommand(testCommand())
  .addCommand(lintCommand())
  .addCommand(ruleCommand())
  .addCommand(snapshotCommand())
  .addCommand(enforcerCommand())
  .addCommand(controllerCommand())
  .addCommand(statusCommand())
  .addCommand(denialsCommand())
  .addCommand(countersCommand())
  .addCommand(doctorCommand())
  .addCommand(cleanupCommand())
  .addCommand(completionCommand());
program.addCommand(completeCommand(program), { hidden: true });

function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  // Usage and examples are written for a program called selvedge.
  if (calledAs !== "selvedge")
    command.configureOutput({
      writeOut: (text) =>
        process.stdout.write(text.replaceAll(/(?<=^|[\s(])selvedge (?=[[a-z])/gm, `${calledAs} `)),
    });
  command.commands.forEach(throwInsteadOfExit);
}
throwInsteadOfExit(program);

// Whoever read the answer has seen enough (`selvedge map | head`).
process.stdout.on("error", (error: NodeJS.ErrnoException) => {
  if (error.code !== "EPIPE") throw error;
  process.exit();
});

try {
  await program.parseAsync();
} catch (error) {
  if (error instanceof CommanderError) {
    // Help and version were asked for; all else is a wrong call, which commander has already explained.
    process.exitCode = error.exitCode === 0 ? exitCodes.yes : exitCodes.badInput;
  } else if (error instanceof UsageError) {
    process.stderr.write(`selvedge: ${error.message}\n`);
    process.exitCode = exitCodes.badInput;
  } else {
    process.stderr.write(bugText(error, process.env));
    process.exitCode = exitCodes.bug;
  }
}
