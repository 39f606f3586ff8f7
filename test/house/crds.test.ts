import { readFile, readdir } from "node:fs/promises";
import { expect, it } from "vitest";
import { crdFiles } from "../../scripts/crds/crd-files.ts";

it("crds/ is what `npm run crds` writes, and nothing else", async () => {
  expect(await readdir("crds")).toEqual([...crdFiles.keys()].sort());
  for (const [name, text] of crdFiles) expect(await readFile(`crds/${name}`, "utf8"), name).toBe(text);
});
