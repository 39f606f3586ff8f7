import { spawnSync } from "node:child_process";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, selvedge } from "./selvedge.ts";

const bin = join(root, "bin");
const has = (program: string): boolean => spawnSync("sh", ["-c", `command -v ${program}`]).status === 0;

/** A folder with one file in it, to be completed. */
const folder = mkdtempSync(join(tmpdir(), "selvedge-completion-"));
writeFileSync(join(folder, "shop.yaml"), "");

function shell(program: string, args: readonly string[], input = ""): string[] {
  const env = { ...process.env, PATH: `${bin}:${process.env["PATH"] ?? ""}`, HOME: folder };
  const { stdout, stderr, status } = spawnSync(program, args, { cwd: folder, env, encoding: "utf8", input });
  expect({ stderr, status }).toEqual({ stderr: "", status: 0 });
  return stdout.split("\n").filter((line) => line !== "");
}

/** What bash offers for the last word. */
const inBash = (...words: string[]): string[] =>
  shell("bash", [
    "--norc",
    "-c",
    'source <(selvedge completion bash); COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); _selvedge; printf "%s\\n" "${COMPREPLY[@]}"',
    "bash",
    "selvedge",
    ...words,
  ]);

describe("selvedge completion", () => {
  it("completes verbs, options, their values, and files in bash", () => {
    expect(inBash("di")).toEqual(["diff"]);
    expect(inBash("")).toEqual(expect.arrayContaining(["can", "map", "diff", "test", "lint"]));
    expect(inBash("")).not.toContain("__complete");
    expect(inBash("diff", "--fail")).toEqual(["--fail-on"]);
    expect(inBash("diff", "-o", "s")).toEqual(["sarif"]);
    expect(inBash("diff", "-f", "")).toEqual(["shop.yaml"]);
    expect(inBash("diff", "--against", "")).toEqual(["live", "shop.yaml"]);
    expect(inBash("completion", "")).toEqual(["bash", "zsh", "fish"]);
    expect(inBash("can", "-f", "x", "a", "b", "--all")).toEqual(
      ["--all-namespaces", "--all-ports"].toSorted(),
    );
  });

  it.skipIf(!has("fish"))("completes in fish (needs Debian's fish)", () => {
    const offered = shell("fish", ["-c", 'selvedge completion fish | source; complete -C "selvedge di"']);
    expect(offered.map((line) => line.split("\t")[0])).toEqual(["diff"]);
    expect(
      shell("fish", ["-c", 'selvedge completion fish | source; complete -C "selvedge lint -f sh"']),
    ).toEqual(expect.arrayContaining([expect.stringMatching(/^shop\.yaml/)]));
  });

  it.skipIf(!has("zsh"))("is a script that zsh defines, and asks the program (needs Debian's zsh)", () => {
    // What zsh would show needs a terminal; what is offered to it does not.
    const script = [
      "compdef() { :; }; _files() { print files; }; _describe() { print -l ${(P)2}; }",
      "source <(selvedge completion zsh)",
      'words=(selvedge diff -o s); CURRENT=4; _selvedge; words=(selvedge lint -f ""); CURRENT=4; _selvedge',
      "words=(selvedge di); CURRENT=2; _selvedge; true",
    ].join("\n");
    const [sarif, files, diff = ""] = shell("zsh", ["-f", "-c", script]);
    expect([sarif, files]).toEqual(["sarif", "files"]);
    expect(diff).toMatch(/^diff:what a change opens/);
  });

  it("refuses a shell that it does not know", () => {
    expect(selvedge(["completion", "tcsh"])).toMatchObject({ status: 2, stdout: "" });
  });
});
