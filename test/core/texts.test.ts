/* Texts that people read, and that digests are made of: as kubectl writes them, and no two things alike. */
import { describe, expect, test } from "vitest";
import { everyPod } from "../../src/core/normalize.ts";
import { type GroupSelector, groupText, ruleIdText } from "../../src/core/policy.ts";
import { type LabelSelector, selector, selectorText } from "../../src/core/selector.ts";
import { formatPorts, portRange } from "../../src/core/traffic.ts";

const requirement = (
  key: string,
  operator: "In" | "NotIn" | "Exists" | "DoesNotExist",
  ...values: string[]
): LabelSelector => ({ matchExpressions: [{ key, operator, values }] });

describe("a selector is written as `kubectl -l` takes it", () => {
  test.each<[string, LabelSelector]>([
    ["*", {}],
    ["app=web", { matchLabels: { app: "web" } }],
    ["app=web", requirement("app", "In", "web")],
    ["app in (db,web)", requirement("app", "In", "web", "db")],
    ["app!=web", requirement("app", "NotIn", "web")],
    ["app notin (db,web)", requirement("app", "NotIn", "web", "db")],
    ["app", requirement("app", "Exists")],
    ["!app", requirement("app", "DoesNotExist")],
    ["app=web,tier=front", { matchLabels: { tier: "front", app: "web" } }],
    [
      "app,app notin (db,web)",
      {
        matchExpressions: [
          { key: "app", operator: "Exists" },
          { key: "app", operator: "NotIn", values: ["web", "db"] },
        ],
      },
    ],
    ["<none>", { matchLabels: { app: "web" }, matchExpressions: [{ key: "app", operator: "DoesNotExist" }] }],
  ])("%s", (text, given) => {
    expect(selectorText(selector(given))).toBe(text);
  });
});

test("a group is written with its namespaces before its pods", () => {
  const web = selector({ matchLabels: { app: "web" } });
  const named: GroupSelector = { namespaces: { kind: "named", name: "shop" }, pods: web };
  const selected: GroupSelector = { namespaces: { kind: "selected", selector: web }, pods: selector({}) };
  expect([named, selected, everyPod].map(groupText)).toEqual(["shop: app=web", "{app=web}: *", "{*}: *"]);
});

test("a rule is written with its policy, direction and number", () => {
  expect(ruleIdText({ policy: "shop/web", direction: "ingress", index: 0 })).toBe("shop/web ingress[0]");
});

test("two ports side by side are a range", () => {
  expect(formatPorts([portRange(80, 81), portRange(90, 90)])).toBe("80-81,90");
});
