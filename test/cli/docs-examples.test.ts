import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { root } from "./selvedge.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");

/** The commands of a page's `console` blocks, each with what it is said to write. */
function commands(page: string): { page: string; command: string; output: string }[] {
  const blocks = [...read(page).matchAll(/```console\n(.*?)```/gs)];
  return blocks.flatMap(([, block = ""]) =>
    block
      .split(/^\$ /m)
      .slice(1)
      .map((each) => {
        const end = each.indexOf("\n");
        return { page, command: each.slice(0, end), output: each.slice(end + 1) };
      }),
  );
}

/** Words, with quotes taken off. */
const words = (command: string): string[] =>
  [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, quoted, bare = ""]) => quoted ?? bare);

/** What asks a node or a cluster; `test/kernel` and `test/e2e` run these. */
const ELSEWHERE = /^(?:kubectl|selvedge (?:status|denials|counters|doctor|cleanup))\b/;

const pages = [
  "README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => `docs/${name}`),
];
const told = pages.flatMap(commands).filter(({ command }) => !ELSEWHERE.test(command));

/** Who reads along stands in a checkout, and has edited a copy of its shop. */
function deskOfReader(): string {
  const desk = mkdtempSync(join(tmpdir(), "selvedge-docs-"));
  for (const name of ["docs", "fixtures"]) symlinkSync(join(root, name), join(desk, name));
  cpSync(join(root, "fixtures/shop"), join(desk, "new"), { recursive: true });
  const policies = read("fixtures/shop/policies.yaml").split("\n");
  const after = (begin: number, words: string): number =>
    policies.findIndex((line, i) => i > begin && line.includes(words));
  const from = after(after(0, "name: api,"), "podSelector: { matchLabels: { app: front }");
  const metrics = after(0, "Whoever monitors");
  expect([from, metrics]).not.toContain(-1);
  const edited = policies
    .slice(0, metrics - 1)
    .toSpliced(from + 1, 0, "        - ipBlock: { cidr: 203.0.113.0/25 }");
  writeFileSync(join(desk, "new/policies.yaml"), edited.join("\n"));
  return desk;
}

const desk = deskOfReader();

/** What `helm template .` writes, with a chart of the shop. */
const rendered = readdirSync(join(root, "fixtures/shop"))
  .filter((name) => name.endsWith(".yaml") && !name.endsWith(".intent.yaml"))
  .map((name) => read(`fixtures/shop/${name}`))
  .join("\n---\n");

/** Its words but for digests, in no order: how the kernel's rules are spelt is for the renderer's own tests to say. */
const spelling = (text: string): string[] =>
  text
    .replaceAll(/#[a-z2-7]{10}/g, "#")
    .replaceAll(/(SV[46]?-\w+)-[a-z2-7]+/g, "$1")
    .split(/\s+/)
    .sort();

it.each(told)("$page: $command", ({ command, output }) => {
  const [program, ...args] = words(command.replace("helm template . | ", ""));
  expect(program).toBe("selvedge");
  const { stdout, stderr } = spawnSync(join(root, "bin/selvedge"), args, {
    cwd: desk,
    input: rendered,
    encoding: "utf8",
  });
  expect(stderr).not.toContain("selvedge:");
  if (args.includes("--rules")) expect(spelling(stdout)).toEqual(spelling(output));
  else expect(stdout).toBe(output);
});

it("there are examples in all the pages that a reader would look into", () => {
  expect(new Set(told.map(({ page }) => page))).toEqual(
    new Set(["README.md", "docs/cli.md", "docs/explain.md", "docs/intents.md", "docs/map.md"]),
  );
});
