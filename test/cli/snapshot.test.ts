import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileWith, selvedge } from "./selvedge.ts";

describe("selvedge snapshot", () => {
  const map = (...files: readonly string[]): string => selvedge(["map", "-f", ...files]).stdout;

  it.each(["snapshot.yaml", "snapshot.json"])(
    "writes %s, which -f reads, and which answers the same",
    (name) => {
      const file = join(dirname(fileWith("")), name);
      expect(selvedge(["snapshot", "-f", "fixtures/shop", "-o", file])).toEqual({
        status: 0,
        stdout: "",
        stderr: "",
      });
      const text = readFileSync(file, "utf8");
      expect(text.startsWith("{")).toBe(name.endsWith(".json"));
      expect(map(file)).toBe(map("fixtures/shop"));
    },
  );

  it("writes to standard output, with a change laid over", () => {
    const { stdout } = selvedge(["snapshot", "-f", "fixtures/shop", "--delete", "ns/shop", "-o", "-"]);
    expect(stdout).toMatch(/^apiVersion: v1\nkind: List\n/);
    expect(stdout).not.toMatch(/namespace: shop/);
    expect(stdout).toMatch(/name: coredns/);
  });

  it.each([
    ["no -o", ["-f", "fixtures/shop"], /required option '-o, --output/],
    [
      "a folder that is not there",
      ["-f", "fixtures/shop", "-o", "/nowhere/at/all"],
      /^selvedge: \/nowhere\/at\/all: no such file or folder\n$/,
    ],
    ["bad input", ["-f", fileWith("kind: Pod\n"), "-o", "-"], /apiVersion is missing/],
  ])("%s ends with 2, and writes nothing", (_what, args, message) => {
    const { status, stdout, stderr } = selvedge(["snapshot", ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
