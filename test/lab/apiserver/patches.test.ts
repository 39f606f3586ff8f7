import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fieldsOf, readFields, writeFields } from "../../../src/lab/apiserver/field-set.ts";
import { isObject, type Json, type JsonObject } from "../../../src/lab/apiserver/json.ts";
import { mergePatch } from "../../../src/lab/apiserver/merge-patch.ts";
import { shapeOf } from "../../../src/lab/apiserver/merge-shape.ts";
import { strategicMergePatch } from "../../../src/lab/apiserver/strategic-merge-patch.ts";

const json = fc.jsonValue({ maxDepth: 3 }).map((value) => value as Json);
const map = fc.dictionary(fc.stringMatching(/^[a-z]{1,3}$/u), json).map((value) => value as JsonObject);

describe("a merge patch", () => {
  // RFC 7386, appendix A.
  test.each<[Json, Json, Json]>([
    [{ a: "b" }, { a: "c" }, { a: "c" }],
    [{ a: "b" }, { b: "c" }, { a: "b", b: "c" }],
    [{ a: "b" }, { a: null }, {}],
    [{ a: "b", b: "c" }, { a: null }, { b: "c" }],
    [{ a: ["b"] }, { a: "c" }, { a: "c" }],
    [{ a: "c" }, { a: ["b"] }, { a: ["b"] }],
    [{ a: { b: "c" } }, { a: { b: "d", c: null } }, { a: { b: "d" } }],
    [{ a: [{ b: "c" }] }, { a: [1] }, { a: [1] }],
    [
      ["a", "b"],
      ["c", "d"],
      ["c", "d"],
    ],
    [{ a: "b" }, ["c"], ["c"]],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: "b", c: null }, { a: "b" }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])("of %j by %j is %j", (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result);
  });

  test("changes nothing the second time", () => {
    fc.assert(
      fc.property(map, map, (target, patch) => {
        const once = mergePatch(target, patch);
        expect(mergePatch(once, patch)).toEqual(once);
      }),
    );
  });
});

describe("a strategic merge patch", () => {
  const shapes = shapeOf({});
  const patched = (target: JsonObject, patch: JsonObject): JsonObject =>
    strategicMergePatch(target, patch, shapes);
  const containers = {
    spec: {
      containers: [
        { name: "a", image: "1" },
        { name: "b", image: "1" },
      ],
    },
  };

  test.each<[string, JsonObject, JsonObject, JsonObject]>([
    [
      "merges items by their key",
      containers,
      { spec: { containers: [{ name: "b", image: "2" }] } },
      {
        spec: {
          containers: [
            { name: "a", image: "1" },
            { name: "b", image: "2" },
          ],
        },
      },
    ],
    [
      "deletes an item",
      containers,
      { spec: { containers: [{ name: "a", $patch: "delete" }] } },
      { spec: { containers: [{ name: "b", image: "1" }] } },
    ],
    [
      "replaces a list",
      containers,
      { spec: { containers: [{ $patch: "replace" }, { name: "c" }] } },
      { spec: { containers: [{ name: "c" }] } },
    ],
    [
      "orders a list",
      containers,
      {
        spec: {
          "$setElementOrder/containers": [{ name: "c" }, { name: "b" }, { name: "a" }],
          containers: [{ name: "c" }],
        },
      },
      { spec: { containers: [{ name: "c" }, { name: "b", image: "1" }, { name: "a", image: "1" }] } },
    ],
    ["replaces a map", { data: { a: "1" } }, { data: { $patch: "replace", b: "2" } }, { data: { b: "2" } }],
    [
      "keeps only some keys",
      { spec: { strategy: { type: "RollingUpdate", rollingUpdate: {} } } },
      { spec: { strategy: { $retainKeys: ["type"], type: "Recreate" } } },
      { spec: { strategy: { type: "Recreate" } } },
    ],
    [
      "adds to a list of values",
      { metadata: { finalizers: ["a"] } },
      { metadata: { finalizers: ["b", "a"] } },
      { metadata: { finalizers: ["a", "b"] } },
    ],
    [
      "takes values from a list",
      { metadata: { finalizers: ["a", "b"] } },
      { metadata: { "$deleteFromPrimitiveList/finalizers": ["a"] } },
      { metadata: { finalizers: ["b"] } },
    ],
    [
      "replaces a list without a key",
      { spec: { ingress: [{ from: [] }] } },
      { spec: { ingress: [{}] } },
      { spec: { ingress: [{}] } },
    ],
    ["removes by null", { data: { a: "1", b: "2" } }, { data: { a: null } }, { data: { b: "2" } }],
  ])("%s", (_what, target, patch, expected) => {
    expect(patched(target, patch)).toEqual(expected);
  });

  test("is a merge patch where there are no lists and no directives", () => {
    const listless = (value: Json): boolean =>
      !Array.isArray(value) &&
      (!isObject(value) || Object.values(value).every((item) => item === undefined || listless(item)));
    fc.assert(
      fc.property(map.filter(listless), map.filter(listless), (target, patch) => {
        expect(patched(target, patch)).toEqual(mergePatch(target, patch));
      }),
    );
  });
});

describe("a field set", () => {
  test("survives fieldsV1", () => {
    fc.assert(
      fc.property(map, (object) => {
        const fields = fieldsOf(object, shapeOf({}));
        expect(readFields(writeFields(fields))).toEqual(fields);
      }),
    );
  });
});
