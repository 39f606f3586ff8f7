import { expect, it } from "vitest";
import { junitFaults, junitSchemas, sarifFaults } from "../support/report-schemas.ts";
import { fileWith, selvedge } from "./selvedge.ts";

const shop = "fixtures/shop";
/** All four outcomes, and what XML must not take for its own. */
const intents = fileWith(
  `apiVersion: selvedge.dev/v1alpha1
kind: Intents
namespace: shop
intents:
  - { deny: { from: front, to: api, ports: [http] }, because: 'it is <"&> meant' }
  - { allow: { from: "*/*", to: db }, because: "]]> everybody may" }
  - { allow: { from: nobody, to: db }, because: nobody there }
  - { allow: { from: front, to: api, ports: [icmp] }, because: who knows }
  - { deny: { from: world, to: db }, because: it holds }
`,
  "a.intent.yaml",
);
const runs: Readonly<Record<string, readonly string[]>> = {
  "lint with findings": ["lint", "-f", "fixtures/ports", "-f", "fixtures/tenants"],
  "lint without": ["lint", "-f", shop, "--severity", "error"],
  "diff of much": ["diff", "-f", "fixtures/tenants", "--against", shop, "--all-pairs"],
  "diff of policies": ["diff", "-f", shop, "--against", shop, "--delete", "netpol/shop/metrics"],
  "diff of nothing": ["diff", "-f", shop, "--against", shop],
  "test of all sorts": ["test", "-f", shop, intents],
  "test of what holds": ["test", "-f", shop, shop],
};

it.each(Object.entries(runs))("%s is valid SARIF 2.1.0 and JUnit", async (name, args) => {
  const [sarif = "", junit = ""] = ["sarif", "junit"].map((format) => {
    const { status, stdout } = selvedge([...args, "-o", format]);
    expect([0, 1]).toContain(status);
    return stdout;
  });
  const log = JSON.parse(sarif) as { runs: { results: unknown[] }[] };
  expect(sarifFaults(log)).toEqual([]);
  const isClean = name.endsWith("nothing") || name.endsWith("holds") || name.endsWith("without");
  expect(log.runs[0]?.results.length === 0).toBe(isClean);
  expect(junit.includes("<failure")).toBe(!isClean);
  for (const schema of junitSchemas) expect(await junitFaults(schema, [junit])).toEqual([]);
});
