import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { refusals } from "../../../src/kernel/session/nft-refusals.ts";
import { oneLine } from "../../../src/kernel/session/one-line.ts";
import { must } from "../../support/must.ts";

const command = fc.constantFrom(
  "add table ip selvedge",
  "delete element ip selvedge SV4-G-a { 10.0.0.1, 10.0.0.2 }",
  "add chain ip selvedge FORWARD { type filter hook forward priority mangle; policy accept; }",
  'add rule ip selvedge SV-C-a tcp dport { 80, 443 } counter drop comment "isolated; by x{y #abcdefghij"',
);

describe("a script in one line", () => {
  test("is its commands, in their order", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(command, fc.constantFrom("", "  "))), (lines) => {
        const commands = lines.filter((line) => line.trim() !== "");
        expect(oneLine(`${lines.join("\n")}\n`)).toBe(commands.join("; "));
      }),
    );
  });

  test("is none where a line is no command by itself", () => {
    const odd = fc.constantFrom(
      "# a remark",
      "add table ip a # a remark",
      "table ip a {",
      "}",
      'add rule ip a c drop comment "torn',
      "add table ip \\",
      'add rule ip a c drop comment "x\\"',
    );
    fc.assert(
      fc.property(fc.array(command), odd, fc.array(command), (before, line, after) => {
        expect(oneLine([...before, line, ...after].join("\n"))).toBeUndefined();
      }),
    );
  });
});

describe("what nft says against a line", () => {
  test("is told with the one command that each complaint is about", () => {
    fc.assert(
      fc.property(
        fc.array(command, { minLength: 1 }),
        fc.array(fc.nat(), { minLength: 1 }),
        (commands, places) => {
          const line = commands.join("; ");
          const picked = places.map((place) => place % commands.length);
          const said = picked.map((at) => {
            const column = commands.slice(0, at).join("; ").length + (at === 0 ? 0 : 2);
            const width = must(commands[at]).length;
            return `Error: No\n${line}\n${" ".repeat(column)}${"^".repeat(width)}`;
          });
          expect(refusals(said.join("\n"))).toBe(
            picked.map((at) => `Error: No: ${must(commands[at])}`).join("; "),
          );
        },
      ),
    );
  });

  test("is told as it is where it marks no place", () => {
    expect(refusals("netlink: Error: cache initialization failed: Operation not permitted")).toBe(
      "netlink: Error: cache initialization failed: Operation not permitted",
    );
  });
});
