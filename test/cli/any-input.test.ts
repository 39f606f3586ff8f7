import { execFileSync } from "node:child_process";
import { truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { fileWith, root, selvedge } from "./selvedge.ts";

const bomb = [
  "a0: &a0 [x, x, x, x, x, x, x, x, x, x]",
  ...Array.from(
    { length: 9 },
    (_, i) => `a${i + 1}: &a${i + 1} [${Array.from({ length: 10 }, () => `*a${i}`).join(", ")}]`,
  ),
];

/** A file that is there in name only: all holes. */
function sparse(bytes: number): string {
  const file = fileWith("");
  truncateSync(file, bytes);
  return file;
}

function binary(): string {
  const file = fileWith("");
  writeFileSync(
    file,
    Uint8Array.from({ length: 4096 }, (_, i) => (i * 7919) % 256),
  );
  return file;
}

describe("what no reader likes ends with 2 and one clear line", () => {
  it.each([
    ["brackets, a hundred thousand deep", () => fileWith("[".repeat(100_000)), /nested too deeply/],
    [
      "braces, a hundred thousand deep",
      () => fileWith("{a: ".repeat(100_000)),
      /nested too deeply|malformed YAML/,
    ],
    ["dashes, ten thousand deep", () => fileWith("- ".repeat(10_000)), /nested too deeply/],
    [
      "a spec, five thousand deep",
      () =>
        fileWith(
          `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: ${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`,
        ),
      /nested too deeply/,
    ],
    ["anchors that explode", () => fileWith(bomb.join("\n")), /aliases stand for more than 1000000 values/],
    ["100 MB", () => sparse(100 * 1024 * 1024), /is larger than 64 MiB/],
    ["a device without an end", () => "/dev/zero", /is larger than 64 MiB/],
    ["binary", binary, /is not a text file/],
    ["no object", () => fileWith("just words"), /expected a Kubernetes object/],
  ])("%s", (_what, file, message) => {
    const path = file();
    const { status, stdout, stderr } = selvedge(["can", "-f", path, "a", "b:80"]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    const [heading, line, ...rest] = stderr.split("\n");
    expect(heading).toBe("selvedge: 1 problem in the input; nothing was answered");
    expect(line?.startsWith(path)).toBe(true);
    expect(line).toMatch(message);
    expect(rest).toEqual([""]);
  });

  it.each([
    ["a", "b:"],
    ["a", ":80"],
    ["", "b:80"],
    ["a/b/c/d", "b:80"],
    ["//", "b:80"],
    ["{", "b:80"],
    ["a", "{}:80:90"],
    ["a", "[::1:80"],
    ["a", "[]:80"],
    ["10.0.0.0/33", "b:80"],
    ["a", "b:99999999999999999999"],
    ["__proto__", "constructor:80"],
    ["a\nb", "b:80"],
    ["a", `${"x".repeat(100_000)}:80`],
  ])("the ends %j and %.40j", (from, to) => {
    const { status, stdout, stderr } = selvedge(["can", "-f", "fixtures/shop/namespaces.yaml", from, to]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(/^selvedge: /);
    expect(stderr).not.toMatch(/\n\s+at /);
  });
});

describe("pipes", () => {
  const sh = (script: string): string =>
    execFileSync("bash", ["-c", script], {
      cwd: root,
      encoding: "utf8",
      env: { ...process.env, S: join(root, "bin/selvedge") },
    });

  it("are read wherever they come from", () => {
    expect(sh('"$S" can -f <("$S" snapshot -f fixtures/shop -o -) shop/front shop/api:3000')).toBe("yes\n");
  });

  it("may be closed by whoever has seen enough", () => {
    expect(sh('e=$(mktemp); "$S" map -f fixtures/shop 2>"$e" | true; cat "$e"; rm "$e"')).toBe("");
  });
});
