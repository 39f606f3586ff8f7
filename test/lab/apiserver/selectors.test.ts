import { describe, expect, test } from "vitest";
import { builtinResources } from "../../../src/lab/apiserver/builtin-resources.ts";
import { parseFieldSelector } from "../../../src/lab/apiserver/field-selector.ts";
import { jsonPath } from "../../../src/lab/apiserver/json-path.ts";
import { parseLabelSelector } from "../../../src/lab/apiserver/label-selector.ts";
import { isRefusal } from "../../../src/lab/apiserver/refusal.ts";

const matches = (selector: string, labels: Readonly<Record<string, string>>): boolean | "refused" => {
  const matcher = parseLabelSelector(selector);
  return isRefusal(matcher) ? "refused" : matcher(labels);
};

describe("a label selector", () => {
  test.each([
    ["", {}, true],
    ["a=b", { a: "b" }, true],
    ["a==b", { a: "c" }, false],
    ["a=", { a: "" }, true],
    ["a!=b", {}, true],
    ["a!=b", { a: "b" }, false],
    ["a in (x, y)", { a: "y" }, true],
    ["a in (x,y)", {}, false],
    ["a notin (x,y)", {}, true],
    ["a notin (x,y)", { a: "x" }, false],
    ["a", { a: "" }, true],
    ["!a", {}, true],
    ["!a", { a: "" }, false],
    ["k8s.io/x-y=z,b in (c,d),!e", { "k8s.io/x-y": "z", b: "d" }, true],
    ["a=b,c=d", { a: "b" }, false],
    ["a=b=c", {}, "refused"],
    ["a in x", {}, "refused"],
  ])("%j on %j", (selector, labels, expected) => {
    expect(matches(selector, labels)).toBe(expected);
  });
});

describe("a field selector", () => {
  const pods = builtinResources.find(({ kind }) => kind === "Pod");
  const pod = {
    apiVersion: "v1",
    kind: "Pod",
    metadata: { name: "p", namespace: "n" },
    spec: { nodeName: "n1" },
  };

  test.each([
    ["spec.nodeName=n1", true],
    ["spec.nodeName!=n1", false],
    ["metadata.namespace=n,metadata.name=p", true],
    ["status.phase=Running", false],
    ["spec.image=x", "refused"],
    ["nonsense", "refused"],
  ])("%s", (selector, expected) => {
    if (pods === undefined) throw new Error("pods are built in");
    const selects = parseFieldSelector(pods, selector);
    expect(isRefusal(selects) ? "refused" : selects(pod)).toBe(expected);
  });
});

describe("a printer column's path", () => {
  const object = {
    spec: { size: 2, list: ["p", "q"] },
    metadata: { annotations: { "a.b/c": "x" } },
    status: {
      conditions: [
        { type: "Other", status: "False" },
        { type: "Ready", status: "True" },
      ],
    },
  };

  test.each([
    [".spec.size", 2],
    [".spec.list[1]", "q"],
    [".spec.list[*]", "p"],
    [".status.conditions[?(@.type=='Ready')].status", "True"],
    [".metadata.annotations['a.b/c']", "x"],
    [String.raw`.metadata.annotations.a\.b/c`, "x"],
    [".spec.nothing.there", undefined],
  ])("%s", (path, expected) => {
    expect(jsonPath(object, path)).toBe(expected);
  });
});
