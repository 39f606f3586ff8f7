import { describe, expect, it } from "vitest";
import { removeComment } from "../../../../src/kube/files/fix/remove-comment.ts";
import { removeListItem } from "../../../../src/kube/files/fix/remove-list-item.ts";
import { yamlComments } from "../../../../src/kube/files/fix/yaml-comments.ts";

/** `«` stands where the item begins. */
function edited(marked: string, edit = removeListItem): string | undefined {
  const before = marked.slice(0, marked.indexOf("«")).split("\n");
  const place = { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  return edit(marked.replace("«", ""), place);
}

describe("an item is taken out, and nothing else", () => {
  it.each([
    [
      "of a block",
      "a:\n  - x: 1 # one\n  # two follows\n  - «y: 2 # two\n    z: 3\n\n  # three\n  - w\n",
      "a:\n  - x: 1 # one\n  # two follows\n\n  # three\n  - w\n",
    ],
    ["not indented", "a:\n- «x: 1\n- y: 2\nb: 1\n", "a:\n- y: 2\nb: 1\n"],
    ["the only one", "a: # why\n  # and this\n  - «x: 1\nb: 1\n", "a: [] # why\n  # and this\nb: 1\n"],
    ["at the end without a newline", "a:\n  - x\n  - «y", "a:\n  - x\n"],
    [
      "with a line ending of Windows",
      "a:\r\n  - x: 1\r\n  - «y: 2\r\nb: 1\r\n",
      "a:\r\n  - x: 1\r\nb: 1\r\n",
    ],
    ["with a block text in it", "a:\n  - «x: |\n      text\n      more\n  - y\n", "a:\n  - y\n"],
    ["with a key that has no value", "a:\n  - «x:\n  - y\n", "a:\n  - y\n"],
    ["of a flow list, the first", "a: [«{x: 1}, {y: 2}] # c\n", "a: [{y: 2}] # c\n"],
    ["of a flow list, the last", "a: [{x: 1}, «{y: 2}]\n", "a: [{x: 1}]\n"],
    ["of JSON", '{"a": [\n  {"x": 1},\n  «{"y": 2}\n]}\n', '{"a": [\n  {"x": 1}\n]}\n'],
    ["of the second document", "a:\n  - x\n---\nb:\n  - «x\n  - y\n", "a:\n  - x\n---\nb:\n  - y\n"],
  ])("%s", (_what, marked, wanted) => {
    expect(edited(marked)).toBe(wanted);
  });

  it.each([
    ["an item that an alias repeats", "a:\n  - «&x {y: 1}\nb: *x\n"],
    ["a list that an alias repeats", "a: &x\n  - «y: 1\n  - z\nb: *x\n"],
    ["an item that is an alias", "x: &x 1\na:\n  - y\n  - «*x\n"],
    ["an item beside its list's dash", "- - «x\n  - y\n"],
    ["what is no item", "a:\n  «b: 1\n"],
    ["flow items with a comment between them", "a: [\n  «x, # of y\n  y]\n"],
  ])("but not %s", (_what, marked) => {
    expect(edited(marked)).toBeUndefined();
  });
});

describe("comments", () => {
  it("are told from what only looks like one", () => {
    const text = 'a: "# no" # yes\nb: |\n  # no\nc: x#no\n# yes too\n';
    expect(yamlComments(text)).toEqual([
      { line: 1, column: 11, text: "# yes" },
      { line: 5, column: 1, text: "# yes too" },
    ]);
  });

  it.each([
    ["at the end of a line", "a: 1 «# c\nb: 2\n", "a: 1\nb: 2\n"],
    ["of its own line", "a: 1\n  «# c\nb: 2\n", "a: 1\nb: 2\n"],
    ["at the end of all", "a: 1 «# c", "a: 1"],
    ["before a line ending of Windows", "a: 1 «# c\r\nb: 2\r\n", "a: 1\r\nb: 2\r\n"],
  ])("go %s", (_what, marked, wanted) => {
    expect(edited(marked, removeComment)).toBe(wanted);
  });
});
