import { expect, test } from "vitest";
import type { Family } from "../../src/core/address.ts";
import { diagnose } from "../../src/doctor/diagnose.ts";
import type { NodeFacts } from "../../src/doctor/facts.ts";
import { everyKindRefused } from "../kernel/enforced.ts";
import { kernelWith } from "../support/packet-interpreter.ts";
import { healthy, rulesOf } from "./healthy.ts";

const kernel = kernelWith(everyKindRefused);

/** A node whose enforcer refuses, with the tables of IPv4 edited. */
function refusing(edit: (text: string) => string = (text) => text): NodeFacts {
  const text = (family: Family): string => kernel.saveTable(family) + kernel.saveTable(family, "filter");
  return { ...healthy, rules: rulesOf({ "nft IPv4": edit(text("IPv4")), "nft IPv6": text("IPv6") }) };
}

const unwell = (facts: NodeFacts): string[] =>
  diagnose(facts)
    .filter(({ status }) => status !== "ok")
    .map(({ check, status, message }) => `${status} ${check}: ${message}`);

test("a node that refuses is well, and says so", () => {
  expect(unwell(refusing())).toEqual([]);
  expect(diagnose(refusing()).find(({ check }) => check === "refusal")?.message).toMatch(
    /^denied packets are refused/,
  );
  expect(diagnose(healthy).find(({ check }) => check === "refusal")?.message).toMatch(/are dropped/);
});

test.each([
  ["the hook in POSTROUTING", /^-A POSTROUTING .*\n/m, /^fail hook: .*POSTROUTING .*: what it denies passes/],
  [
    "the end of what refuses",
    /^-A SV-REFUSE .* -j DROP\n(?!-A SV-REFUSE)/m,
    /^fail chains: .*SV-REFUSE does not end/,
  ],
  [
    "the end of the unrefused",
    /^-A SELVEDGE-UNREFUSED .* -j DROP\n/m,
    /^fail chains: .*UNREFUSED does not end/,
  ],
  [
    "the hook in filter",
    /^-A OUTPUT .* -j SELVEDGE-REFUSE\n/m,
    /^warn refusal: .*no rule in filter OUTPUT leads/,
  ],
  ["all of filter", /^\*filter[^]*/m, /^warn refusal: .*filter has no chain that refuses/],
])("finds that somebody removed %s", (_, gone, found) => {
  expect(unwell(refusing((text) => text.replace(gone, "")))).toEqual([expect.stringMatching(found)]);
});

test("finds that somebody accepts before the hook in POSTROUTING", () => {
  const before = (text: string): string =>
    text.replace("-A POSTROUTING", "-A POSTROUTING -o eth0 -j ACCEPT\n-A POSTROUTING");
  expect(unwell(refusing(before))).toEqual([expect.stringMatching(/^fail hook: .*takes packets past it/)]);
});
