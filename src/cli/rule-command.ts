import { Command, Option } from "commander";
import { UsageError } from "./exit-codes.ts";

export function ruleCommand(): Command {
  return new Command("rule")
    .summary("what a code of lint means, with an example of bad and good")
    .description("Explains one code at length; without a code, lists them all.")
    .argument("[code]", "NP101, for one")
    .addOption(new Option("-o, --output <format>", "output format").choices(["text", "md"]).default("text"))
    .addHelpText("after", "\nExamples:\n  selvedge rule\n  selvedge rule NP204")
    .action(async (code: string | undefined, { output }: { readonly output: "text" | "md" }) => {
      const [{ lintCodes }, { codesMarkdown }, { codesText, codeText }, { paint }] = await Promise.all([
        import("../analysis/lint/lint-rules.ts"),
        import("../analysis/lint/codes-markdown.ts"),
        import("../analysis/lint/codes-text.ts"),
        import("./paint.ts"),
      ]);
      const wanted =
        code === undefined ? lintCodes : lintCodes.filter((each) => each.code === code.toUpperCase());
      const [one] = wanted;
      if (one === undefined) throw new UsageError(`no rule ${code} (\`selvedge rule\` lists them)`);
      const text =
        output === "md"
          ? codesMarkdown(wanted)
          : code === undefined
            ? codesText(wanted, paint())
            : codeText(one, paint());
      process.stdout.write(text);
    });
}
