import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root, selvedge } from "./selvedge.ts";

/** The commands of a page's `console` blocks, each with what it is said to write. */
function commands(page: string): [command: string, output: string][] {
  const blocks = [...readFileSync(join(root, page), "utf8").matchAll(/```console\n(.*?)```/gs)];
  return blocks.flatMap(([, block = ""]) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((each): [string, string] => {
        const end = each.indexOf("\n");
        return [each.slice(0, end), each.slice(end + 1)];
      }),
  );
}

/** Words, with quotes taken off. */
const words = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare = ""]) => quoted ?? bare);

const told = ["docs/explain.md", "docs/cli.md", "README.md"].flatMap((page) =>
  commands(page)
    .filter(([command]) => command.startsWith("selvedge explain "))
    .map(([command, output]) => ({ page, command, output })),
);

/** Its words but for digests, in no order: how the kernel's rules are spelt is for the renderer's own tests to say. */
const spelling = (text: string): string[] =>
  text
    .replaceAll(/#[a-z2-7]{10}/g, "#")
    .replaceAll(/(SV[46]?-\w+)-[a-z2-7]+/g, "$1")
    .split(/\s+/)
    .sort();

it.each(told)("$page: $command", ({ command, output }) => {
  const [, ...args] = words(command);
  const { stdout } = selvedge(args);
  if (args.includes("--rules")) expect(spelling(stdout)).toEqual(spelling(output));
  else expect(stdout).toBe(output);
});

it("there is an example in each of the pages", () => {
  expect([...new Set(told.map(({ page }) => page))]).toEqual(["docs/explain.md", "docs/cli.md", "README.md"]);
});
