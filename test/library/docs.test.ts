import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import * as selvedge from "../../src/index.ts";

const read = (path: string): string =>
  readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), "utf8");
const page = read("docs/library.md");
const index = read("src/index.ts");

/** What `src/index.ts` exports, types included: name to the file that declares it. */
const exported = new Map(
  [...index.matchAll(/^export (?:type )?\{([^}]*)\} from "\.\/([^"]+)"/gm)].flatMap(
    ([, names = "", file = ""]) =>
      names
        .split(",")
        .map((name) => name.replace(/^\s*type /, "").trim())
        .filter((name) => name !== "")
        .map((name) => [name, `src/${file}`] as const),
  ),
);

describe("docs/library.md", () => {
  it("shows the very files that run", () => {
    const shown = [...page.matchAll(/<!-- (\S+) -->\n\n```ts\n(.*?)```/gs)];
    expect(shown.map(([, path]) => path)).toEqual([
      "test/library/example/ledger.spec.ts",
      "test/library/example/strangers.spec.ts",
    ]);
    for (const [, path = "", code] of shown) expect(code).toBe(read(path));
    expect(page.match(/```ts$/gm)).toHaveLength(shown.length);
  });

  it("lends the README the heart of it", () => {
    const [, code = "none"] = /```ts\n(.*?)```/s.exec(read("README.md")) ?? [];
    expect(read("test/library/example/ledger.spec.ts")).toContain(code);
  });

  it("keeps its promise of ten lines", () => {
    const lines = read("test/library/example/ledger.spec.ts").split("\n");
    expect(lines.filter((line) => /\w/.test(line)).length).toBeLessThanOrEqual(10);
  });

  it.each(Object.keys(selvedge))("names %s", (name) => {
    expect(page).toMatch(new RegExp(`\`${name}[\`(]`));
  });
});

describe("the public surface", () => {
  it("is what src/index.ts lists", () => {
    expect([...exported.keys()]).toEqual(expect.arrayContaining(Object.keys(selvedge)));
  });

  it.each([...exported])("%s says what it is (%s)", (name, file) => {
    const declared = new RegExp(
      String.raw`\*/\nexport (?:async )?(?:const|function|class|interface|type) ${name}\b`,
    );
    expect(read(file)).toMatch(declared);
  });
});
