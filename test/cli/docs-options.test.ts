import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { root, selvedge } from "./selvedge.ts";

const page = (name: string): string => readFileSync(join(root, "docs", name), "utf8");

const sections = page("cli.md").split(/^## /m);
/** What of the page is about any verb: those that ask a cluster have some options in common. */
const shared = sections.find((section) => section.startsWith("Manifests, or a live cluster")) ?? "";
/** `test` has a page of its own. */
const elsewhere: Readonly<Record<string, string>> = { test: page("intents.md") };

const verbs = [...selvedge(["--help"]).stdout.matchAll(/^ {2}([a-z]+) /gm)]
  .map(([, verb = ""]) => verb)
  .filter((verb) => verb !== "help");

describe("docs/cli.md", () => {
  it.each(verbs)("tells of every option of %s", (verb) => {
    const own = sections.filter((section) => section.startsWith(`\`selvedge ${verb}`)).join("");
    expect(own).not.toBe("");
    const text = `${own}${shared}${elsewhere[verb] ?? ""}`;
    const { stdout } = selvedge([verb, "--help"]);
    const options = [...stdout.matchAll(/^ {2}(?:(-\w), )?(--[a-z-]+)/gm)]
      .map(([, short, long = ""]) => [long, ...(short === undefined ? [] : [short])])
      .filter(([long]) => long !== "--help");
    const isTold = (option: string): boolean => new RegExp(`(?<![\\w-])${option}(?![\\w-])`).test(text);
    expect(options.filter((names) => !names.some(isTold))).toEqual([]);
  });
});
