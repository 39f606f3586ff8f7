import { array, assert, constantFrom, dictionary, oneof, property } from "fast-check";
import { expect, test } from "vitest";
import { parseIptablesSave } from "../../../src/kernel/read-iptables.ts";
import { SavedChains } from "../../../src/kernel/saved-chains.ts";
import { rule } from "./rulesets.ts";

const chainArbitrary = array(
  oneof(
    constantFrom("-j DROP", "-s 10.0.0.1/32 -j RETURN").map((text) => rule(text)),
    constantFrom("-j ACCEPT", ""),
  ),
  { maxLength: 3 },
);
const tableArbitrary = dictionary(
  constantFrom("SV-C-a", "SV-C-b", "SELVEDGE-FORWARD", "FORWARD", "THEIRS"),
  chainArbitrary,
);

const printed = (table: Readonly<Record<string, readonly string[]>>): string =>
  [
    "*mangle",
    ...Object.keys(table).map((chain) => `:${chain} - [0:0]`),
    ...Object.entries(table).flatMap(([chain, rules]) =>
      rules.map((each) => `-A ${chain} ${each}`.trimEnd()),
    ),
    "COMMIT",
    "",
  ].join("\n");

test("one reading after the other says what each alone says", () => {
  assert(
    property(array(tableArbitrary, { minLength: 2, maxLength: 6 }), (tables) => {
      const saved = new SavedChains();
      for (const table of tables) {
        const text = printed(table);
        expect(parseIptablesSave(text, (name) => saved.reading(name))).toEqual(parseIptablesSave(text));
      }
    }),
  );
});

test("a chain that is printed as before is the same value; another is not, and one that was gone is read again", () => {
  const saved = new SavedChains();
  const read = (table: Readonly<Record<string, readonly string[]>>) =>
    parseIptablesSave(printed(table), (name) => saved.reading(name)).chains;
  const both = { "SV-C-a": [rule("-j DROP")], "SV-C-b": [rule("-j DROP")] };
  const before = read(both);
  const after = read({ ...both, "SV-C-b": [rule("-j RETURN")] });
  expect(after.get("SV-C-a")).toBe(before.get("SV-C-a"));
  expect(after.get("SV-C-b")).not.toEqual(before.get("SV-C-b"));
  expect(read({}).size).toBe(0);
  expect(read(both).get("SV-C-a")).not.toBe(before.get("SV-C-a"));
});
