/* That filing loses nobody, the search for equality with `compile` shows; here, that it asks no more than it must. */
import { describe, expect, test } from "vitest";
import { type Pod, keyOf } from "../../../src/core/cluster.ts";
import { Drawers, filedUnder, pairsOf } from "../../../src/core/incremental/filing.ts";
import { GroupIndex } from "../../../src/core/incremental/group-index.ts";
import { GroupTable } from "../../../src/core/incremental/group-table.ts";
import { NamespaceDirectory } from "../../../src/core/incremental/namespace-directory.ts";
import { PodDirectory } from "../../../src/core/incremental/pod-directory.ts";
import type { GroupSelector } from "../../../src/core/policy.ts";
import { type Labels, everything, selector } from "../../../src/core/selector.ts";
import { pod } from "../../support/scenario.ts";

const nothing = selector({
  matchLabels: { app: "a" },
  matchExpressions: [{ key: "app", operator: "DoesNotExist" }],
});
const labelled = (labels: Labels) => selector({ matchLabels: labels });
const oneOf = (key: string, ...values: string[]) =>
  selector({ matchExpressions: [{ key, operator: "In", values }] });
const inNamespace = (name: string, pods = everything): GroupSelector => ({
  namespaces: { kind: "named", name },
  pods,
});
const inNamespaces = (namespaces: Labels, pods = everything): GroupSelector => ({
  namespaces: { kind: "selected", selector: labelled(namespaces) },
  pods,
});

describe("a selector is filed", () => {
  test("under the labels of its narrowest list, which whoever matches has one of", () => {
    const narrow = selector({
      matchLabels: { tier: "front" },
      matchExpressions: [{ key: "app", operator: "In", values: ["a", "b"] }],
    });
    expect(filedUnder(narrow)).toEqual(pairsOf({ tier: "front" }));
    expect(filedUnder(oneOf("app", "b", "a"))).toEqual([...pairsOf({ app: "a" }), ...pairsOf({ app: "b" })]);
  });

  test("nowhere where nobody can match, and everywhere where it lists nothing", () => {
    expect(filedUnder(nothing)).toEqual([]);
    expect(filedUnder(everything)).toBeUndefined();
    expect(filedUnder(selector({ matchExpressions: [{ key: "app", operator: "Exists" }] }))).toBeUndefined();
  });

  test("under key and value, which no other key and value spell", () => {
    expect(pairsOf({ ab: "c" })).not.toEqual(pairsOf({ a: "bc" }));
    expect(pairsOf({ ab: "" })).not.toEqual(pairsOf({ a: "b" }));
  });
});

test("a drawer that is empty is gone, and one that never was is empty", () => {
  const drawers = new Drawers<number>();
  drawers.add("a", 1);
  drawers.add("a", 2);
  drawers.add("b", 3);
  drawers.delete("a", 1);
  drawers.delete("b", 3);
  drawers.delete("c", 4);
  expect([...drawers.names()]).toEqual(["a"]);
  expect([...drawers.get("a")]).toEqual([2]);
  expect([...drawers.get("b")]).toEqual([]);
});

describe("the groups that a pod may be in", () => {
  const index = new GroupIndex();
  index.add("shop-web", inNamespace("shop", labelled({ app: "web" })));
  index.add("shop-any", inNamespace("shop"));
  index.add("bank-web", inNamespace("bank", labelled({ app: "web" })));
  index.add("gold-web", inNamespaces({ team: "gold" }, labelled({ app: "web" })));
  index.add("gold-any", inNamespaces({ team: "gold" }));
  index.add("web-or-db", inNamespaces({}, oneOf("app", "web", "db")));
  index.add("nobody", inNamespaces({}, nothing));
  const candidates = (labels: Labels, namespace: string, namespaceLabels?: Labels) =>
    [
      ...index.candidates(
        { namespace, labels },
        namespaceLabels === undefined ? undefined : { name: namespace, labels: namespaceLabels },
      ),
    ].sort();

  test("are those of its namespace or its namespace's labels, and of its own", () => {
    expect(candidates({ app: "web" }, "shop", { team: "gold" })).toEqual([
      "gold-any",
      "gold-web",
      "shop-any",
      "shop-web",
      "web-or-db",
    ]);
    expect(candidates({ app: "db" }, "bank", { team: "tin" })).toEqual(["web-or-db"]);
    expect(candidates({}, "shop")).toEqual(["shop-any"]);
  });

  test("are no more those that were deleted", () => {
    index.add("gone", inNamespace("shop", labelled({ app: "web" })));
    index.delete("gone", inNamespace("shop", labelled({ app: "web" })));
    expect(candidates({ app: "web" }, "shop")).toEqual(["shop-any", "shop-web", "web-or-db"]);
  });

  test("of a namespace by name are not those of one with a label of that name", () => {
    expect(candidates({}, "x", { shop: "" })).toEqual([]);
  });
});

test("namespaces are found by the labels that they have now", () => {
  const directory = new NamespaceDirectory();
  directory.set("shop", { name: "shop", labels: { team: "gold" } });
  directory.set("bank", { name: "bank", labels: { team: "gold", tier: "back" } });
  directory.set("shop", { name: "shop", labels: { team: "tin" } });
  expect(directory.candidates(labelled({ team: "gold" }))).toEqual(["bank"]);
  expect(directory.candidates(labelled({ team: "tin" }))).toEqual(["shop"]);
  expect(directory.candidates(everything)).toBeUndefined();
  directory.set("bank", undefined);
  expect(directory.candidates(labelled({ team: "gold" }))).toEqual([]);
  expect(directory.get("bank")).toBeUndefined();
});

describe("the pods that a group may have", () => {
  const namespaces = new NamespaceDirectory();
  namespaces.set("shop", { name: "shop", labels: { team: "gold" } });
  namespaces.set("bank", { name: "bank", labels: { team: "tin" } });
  const directory = new PodDirectory();
  let address = 0;
  const add = (key: string, app: string): Pod => {
    address += 1;
    const added = pod(key, { labels: { app }, ips: [`10.0.0.${address}`] });
    directory.set(key, added);
    return added;
  };
  const keys = (group: GroupSelector): string[] => directory.candidates(group, namespaces).map(keyOf).sort();
  for (const name of ["a", "b", "c"]) add(`shop/${name}`, "web");
  for (const name of ["d", "e"]) add(`bank/${name}`, "web");
  add("bank/f", "db");
  add("else/g", "db");

  test("are those with its label, where these are fewer than its namespaces", () => {
    expect(keys(inNamespaces({}, labelled({ app: "db" })))).toEqual(["bank/f", "else/g"]);
  });

  test("are those of its namespaces, where it lists no label of pods", () => {
    expect(keys(inNamespace("bank"))).toEqual(["bank/d", "bank/e", "bank/f"]);
    expect(keys(inNamespaces({ team: "gold" }))).toEqual(["shop/a", "shop/b", "shop/c"]);
  });

  test("are those with its label in its namespaces, where many others have the label", () => {
    expect(keys(inNamespace("shop", labelled({ app: "web" })))).toEqual(["shop/a", "shop/b", "shop/c"]);
    expect(keys(inNamespaces({ team: "tin" }, labelled({ app: "web" })))).toEqual(["bank/d", "bank/e"]);
  });

  test("are those with its label anywhere, where that costs less than to ask each namespace", () => {
    expect(keys(inNamespace("shop", oneOf("app", "db", "cache")))).toEqual(["bank/f", "else/g"]);
  });

  test("are all there are, where nothing narrows them down", () => {
    expect(keys(inNamespaces({}))).toHaveLength(7);
  });

  test("follow the pods' labels, and the pods", () => {
    const before = add("else/h", "web");
    directory.set("else/h", { ...before, labels: { app: "cache" } });
    expect(keys(inNamespaces({}, labelled({ app: "cache" })))).toEqual(["else/h"]);
    expect(keys(inNamespace("else", labelled({ app: "web" })))).toEqual([]);
    expect(keys(inNamespaces({}, labelled({ app: "web" })))).not.toContain("else/h");
    directory.set("else/h", undefined);
    expect(keys(inNamespaces({}, labelled({ app: "cache" })))).toEqual([]);
    expect(directory.inNamespace("else").map(keyOf)).toEqual(["else/g"]);
  });
});

test("a pod's change is told with what stood before, of itself and of its rivals, and nothing else is", () => {
  const directory = new PodDirectory();
  const old = pod("a/old", { ips: ["10.0.0.1"], createdAt: 1 });
  const young = pod("a/young", { ips: ["10.0.0.1"], createdAt: 2 });
  const stranger = pod("a/stranger", { ips: ["10.0.0.9"] });
  expect(directory.set("a/stranger", stranger)).toHaveLength(1);
  expect(directory.set("a/old", old)).toEqual([{ key: "a/old", before: undefined, after: old }]);
  expect(directory.set("a/old", old)).toEqual([]);
  expect(directory.set("a/young", young)).toEqual([
    { key: "a/young", before: undefined, after: young },
    { key: "a/old", before: old, after: undefined },
  ]);
  expect(directory.set("a/young", undefined)).toEqual([
    { key: "a/young", before: young, after: undefined },
    { key: "a/old", before: undefined, after: old },
  ]);
});

describe("a table of groups", () => {
  const group = inNamespace("shop");
  const member = pod("shop/web", { ips: ["10.0.0.1"] });

  test("counts who names a group, and forgets it with the last", () => {
    const table = new GroupTable();
    expect([table.use("g", group), table.use("g", group)]).toEqual([true, false]);
    expect([table.drop("g"), table.selector("g"), table.drop("g"), table.drop("g")]).toEqual([
      false,
      group,
      true,
      false,
    ]);
    expect(table.selector("g")).toBeUndefined();
    expect(table.tell().size).toBe(0);
  });

  test("tells the same value again while nothing has changed, also where what was not there goes", () => {
    const table = new GroupTable();
    table.use("g", group);
    table.setMember("g", "shop/web", member);
    const told = table.tell();
    table.use("g", group);
    table.drop("g");
    table.drop("other");
    table.setMember("g", "shop/nobody", undefined);
    table.setMember("other", "shop/web", member);
    expect(table.tell()).toBe(told);
    table.setMember("g", "shop/web", undefined);
    expect(table.tell().get("g")?.members).toEqual([]);
  });
});

test("a group that goes and comes again between two tellings has the members of the second", () => {
  const table = new GroupTable();
  const selector = inNamespace("shop");
  table.use("g", selector);
  table.setMember("g", "shop/web", pod("shop/web", {}));
  expect(table.tell().get("g")?.members).toHaveLength(1);
  table.drop("g");
  table.use("g", selector);
  expect(table.tell().get("g")?.members).toEqual([]);
});
