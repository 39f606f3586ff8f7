import { readdirSync } from "node:fs";
import { expect, it } from "vitest";

/** Made here and not kept. */
const MADE = new Set([".git", ".stryker-tmp", "build", "dist", "node_modules", "reports"]);

function namesIn(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    if (MADE.has(entry.name)) return [];
    const path = `${folder}/${entry.name}`;
    return entry.isDirectory() ? [path, ...namesIn(path)] : [path];
  });
}

it("no file has a name that nobody would type", () => {
  const names = namesIn(".");
  expect(names).toContain("./package.json");
  expect(names.filter((name) => !/^[\w./-]+$/.test(name))).toEqual([]);
});
