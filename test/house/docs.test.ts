/* What the documents lead to is there. */
import { existsSync, globSync, readFileSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, it } from "vitest";

const documents = ["*.md", "docs/*.md", "deploy/**/*.md", "crds/*.md"].flatMap((pattern) =>
  globSync(pattern),
);

const withoutExamples = (text: string): string => text.replace(/^```[^]*?^```/gm, "");
const textOf = (file: string): string => withoutExamples(readFileSync(file, "utf8"));

/** As GitHub makes it of a heading. */
const anchorOf = (heading: string): string =>
  heading
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replace(/\s/g, "-");

const anchorsOf = (file: string): Set<string> =>
  new Set([...textOf(file).matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) => anchorOf(heading)));

it.each(documents)("links of %s lead somewhere, with their anchors", (file) => {
  const links = [...textOf(file).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  const lost = links.filter((link) => {
    if (/^[a-z]+:/.test(link)) return false;
    const [path = "", anchor] = link.split("#");
    const target = path === "" ? file : join(dirname(file), path);
    if (!existsSync(target)) return true;
    return anchor !== undefined && target.endsWith(".md") && !anchorsOf(target).has(anchor);
  });
  expect(lost).toEqual([]);
});

it.each(documents)("the repository's files that %s names are there", (file) => {
  const named = textOf(file).matchAll(
    /`((?:src|test|bench|scripts|deploy|fixtures|docs|schema|bin)\/[\w./*-]+)`/g,
  );
  const lost = [...named]
    .map(([, path = ""]) => path)
    .filter((path) => globSync([path, `${path}.*`, `${path}.test.ts`]).length === 0);
  expect(lost).toEqual([]);
});

it("docs/testing.md tells of every folder that has tests", () => {
  const text = readFileSync("docs/testing.md", "utf8");
  const folders = readdirSync("test").filter((name) => globSync(`test/${name}/**/*.test.ts`).length > 0);
  expect(folders.length).toBeGreaterThan(10);
  expect(folders.filter((name) => !text.includes(`\`test/${name}`))).toEqual([]);
});
