import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { JsonObject } from "../../../src/lab/apiserver/json.ts";
import type { KubeObject } from "../../../src/lab/apiserver/kube-object.ts";
import { type Writer, ownUpdate } from "../../../src/lab/apiserver/managed-fields.ts";
import { shapeOf } from "../../../src/lab/apiserver/merge-shape.ts";
import { isRefusal, type Refusal } from "../../../src/lab/apiserver/refusal.ts";
import { applyServerSide } from "../../../src/lab/apiserver/server-side-apply.ts";
import { dig } from "./fixture.ts";

const shapes = shapeOf({});

const writer = (manager: string, operation: Writer["operation"] = "Apply"): Writer => ({
  manager,
  operation,
  apiVersion: "v1",
  subresource: "",
  time: "2026-01-01T00:00:00Z",
});

const object = (fields: JsonObject): KubeObject => ({
  apiVersion: "v1",
  kind: "Thing",
  metadata: { name: "x" },
  ...fields,
});

const tryApply = (
  live: KubeObject | undefined,
  manager: string,
  fields: JsonObject,
  force = false,
): KubeObject | Refusal =>
  applyServerSide(live, object(fields), writer(manager), { force, shapes, normalise: (result) => result });

const apply = (
  live: KubeObject | undefined,
  manager: string,
  fields: JsonObject,
  force = false,
): KubeObject => {
  const result = tryApply(live, manager, fields, force);
  if (isRefusal(result)) throw new Error(result.message);
  return result;
};

const update = (live: KubeObject, manager: string, fields: JsonObject): KubeObject =>
  ownUpdate(live, { ...object(fields), metadata: live.metadata }, writer(manager, "Update"), shapes);

const owners = ({ metadata }: KubeObject): readonly string[] =>
  (metadata.managedFields ?? []).map(({ manager, operation }) => `${manager ?? ""}/${operation ?? ""}`);

const fieldsOfManager = ({ metadata }: KubeObject, name: string): unknown =>
  metadata.managedFields?.find(({ manager }) => manager === name)?.fieldsV1;

const data = fc.dictionary(fc.constantFrom("a", "b", "c", "d"), fc.constantFrom("1", "2"));

describe("server-side apply", () => {
  test("changes nothing the second time", () => {
    fc.assert(
      fc.property(data, data, (first, second) => {
        const live = apply(apply(undefined, "one", { data: first }), "two", { data: second }, true);
        expect(apply(live, "two", { data: second })).toBe(live);
      }),
    );
  });

  test("takes away what only the manager had, and leaves what others have", () => {
    fc.assert(
      fc.property(data, data, (first, second) => {
        const both = apply(apply(undefined, "one", { data: first }), "two", { data: second }, true);
        const left = apply(both, "one", {});
        expect(left["data"] ?? {}).toEqual(second);
      }),
    );
  });

  test("conflicts exactly where another manager holds another value", () => {
    fc.assert(
      fc.property(data, data, (first, second) => {
        const result = tryApply(apply(undefined, "one", { data: first }), "two", { data: second });
        const fought = Object.keys(second).filter(
          (key) => first[key] !== undefined && first[key] !== second[key],
        );
        const causes = isRefusal(result) ? (result.details?.["causes"] as readonly { field: string }[]) : [];
        expect(causes.map(({ field }) => field).sort()).toEqual(fought.map((key) => `.data.${key}`).sort());
      }),
    );
  });

  test("shares a field on whose value two managers agree, until both are gone", () => {
    const both = apply(apply(undefined, "one", { data: { a: "1" } }), "two", { data: { a: "1" } });
    expect(owners(both)).toEqual(["one/Apply", "two/Apply"]);
    const left = apply(both, "one", {});
    expect(left["data"]).toEqual({ a: "1" });
    expect(apply(left, "two", {})["data"]).toBeUndefined();
  });

  test("merges lists by their keys, and drops an item with its last owner", () => {
    const container = (name: string, fields: JsonObject = {}): JsonObject => ({ name, ...fields });
    const one = apply(undefined, "one", {
      spec: { containers: [container("a", { image: "1" }), container("b")] },
    });
    const two = apply(one, "two", { spec: { containers: [container("a", { command: ["x"] })] } });
    expect(dig(two, "spec", "containers")).toEqual([
      { name: "a", image: "1", command: ["x"] },
      { name: "b" },
    ]);
    expect(fieldsOfManager(two, "two")).toEqual({
      "f:spec": { "f:containers": { 'k:{"name":"a"}': { ".": {}, "f:command": {}, "f:name": {} } } },
    });
    const dropped = apply(two, "one", { spec: { containers: [container("c")] } });
    expect(dig(dropped, "spec", "containers")).toEqual([{ name: "a", command: ["x"] }, { name: "c" }]);
  });

  test("tells an updater from an applier in a conflict", () => {
    const live = update(apply(undefined, "one", { data: { a: "1" } }), "editor", { data: { a: "2" } });
    expect(owners(live)).toEqual(["editor/Update"]);
    const refused = tryApply(live, "one", { data: { a: "1" } });
    expect(refused).toMatchObject({
      message: 'Apply failed with 1 conflict: conflict with "editor" using v1: .data.a',
    });
    expect(owners(apply(live, "one", { data: { a: "1" } }, true))).toEqual(["one/Apply"]);
  });

  test("of several managers' fields names each", () => {
    const live = apply(apply(undefined, "one", { data: { a: "1", b: "1" } }), "two", { data: { c: "1" } });
    expect(tryApply(live, "three", { data: { a: "2", b: "2", c: "2" } })).toMatchObject({
      code: 409,
      message:
        'Apply failed with 3 conflicts: conflicts with "one":\n- .data.a\n- .data.b\nconflict with "two": .data.c',
    });
  });

  test("replaces an atomic map as a whole", () => {
    const one = apply(undefined, "one", { spec: { podSelector: { matchLabels: { a: "1" } } } });
    const two = apply(one, "one", { spec: { podSelector: { matchLabels: { b: "1" } } } });
    expect(dig(two, "spec", "podSelector")).toEqual({ matchLabels: { b: "1" } });
    expect(fieldsOfManager(two, "one")).toEqual({ "f:spec": { "f:podSelector": {} } });
  });

  test("keeps the time of an owner that changed nothing", () => {
    const live = apply(undefined, "one", { data: { a: "1" } });
    const later = { ...writer("one"), time: "2027-01-01T00:00:00Z" };
    const again = applyServerSide(live, object({ data: { a: "1" } }), later, {
      force: false,
      shapes,
      normalise: (it) => it,
    });
    expect(again).toBe(live);
  });
});
