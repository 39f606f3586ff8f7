import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { intentJsonSchema } from "../../src/cli/intents/intent-schema.ts";
import { fileWith, root, selvedge } from "./selvedge.ts";

const shop = "fixtures/shop";

const file = (intents: string, head = "namespace: shop"): string =>
  fileWith(
    `apiVersion: selvedge.dev/v1alpha1\nkind: Intents\n${head}\nintents:\n${intents}\n`,
    "a.intent.yaml",
  );

const test = (path: string, ...flags: string[]): ReturnType<typeof selvedge> =>
  selvedge(["test", "-f", shop, path, ...flags]);

const because = "because: that is how it is meant";

describe("selvedge test", () => {
  it("holds for the shop, and judges every pair", () => {
    const { status, stdout, stderr } = test(shop);
    expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
    expect(stdout).toMatch(/^5 intents, \d+ pairs: 5 hold\n$/);
  });

  it("says of what does not hold why, where, and what it is for", () => {
    const path = file(
      `  - deny: { from: front, to: api, ports: [http] }\n    ${because}\n` +
        `  - allow: { from: "*", to: db, ports: [5432] }\n    because: everybody counts`,
    );
    const { status, stdout } = test(path);
    expect(status).toBe(1);
    const flat = stdout.replaceAll(/\s+/g, " ");
    expect(flat).toContain(
      "error[IN102]: shop/front -> shop/api TCP/3000 is allowed: shop/front egress[0] allows egress from shop/front, and shop/api ingress[0] allows ingress to shop/api",
    );
    expect(stdout).toContain(":5:5   deny front -> api http");
    expect(flat).toContain(
      "error[IN101]: shop/front -> shop/db TCP/5432 is denied: egress from shop/front is isolated by",
    );
    expect(flat).toContain("everybody counts");
    expect(stdout).toMatch(/\n\n2 intents, \d+ pairs: 2 fail\n$/);
  });

  it.each([
    ["a pod that is not there", `allow: { from: nobody, to: api }`, /no pod or workload shop\/nobody/],
    [
      "a selector that selects nobody",
      `deny: { from: "{app=nobody}", to: api }`,
      /\{app=nobody\} selects no pod/,
    ],
    ["one pod alone", `allow: { from: front, to: front }`, /no pair of ends|TCP\/1 is denied/],
    [
      "a port name that is nowhere",
      `allow: { from: front, to: api, ports: [ftp] }`,
      /has no TCP port named ftp/,
    ],
  ])("fails where it is about %s", (_what, intent, message) => {
    const { status, stdout } = test(file(`  - ${intent}\n    ${because}`));
    expect(status).toBe(1);
    expect(stdout.replaceAll(/\s+/g, " ")).toMatch(message);
  });

  it("is incomplete where it depends, and that is no yes", () => {
    const path = file(`  - allow: { from: front, to: api, ports: [icmp] }\n    ${because}`);
    const { status, stdout } = test(path);
    expect(status).toBe(3);
    expect(stdout).toContain("warning[IN104]: shop/front -> shop/api ICMP is not certain");
  });

  it("selects namespaces by their labels, and means each of a list", () => {
    const held = `  - deny: { from: ["{purpose=monitoring}/*", world], to: "*/{app in (api,db)}", ports: [22, 1/UDP] }\n    ${because}`;
    expect(test(file(held)).status).toBe(0);
    expect(test(file(held.replace("deny", "allow"))).status).toBe(1);
  });

  it("follows Services, and holds all of their ports where none is named", () => {
    expect(test(file(`  - allow: { from: front, to: shop/svc/api }\n    ${because}`)).status).toBe(0);
    expect(test(file(`  - deny: { from: front, to: shop/svc/api }\n    ${because}`)).status).toBe(1);
    expect(
      test(file(`  - deny: { from: front, to: shop/svc/api, ports: [81] }\n    ${because}`)).status,
    ).toBe(2);
  });

  it("writes every format", () => {
    const path = file(
      `  - deny: { from: front, to: api, ports: [http] }\n    ${because}\n  - allow: { from: front, to: api, ports: [http] }\n    ${because}`,
    );
    expect(JSON.parse(test(path, "-o", "json").stdout)).toMatchObject({
      kind: "IntentReport",
      intents: [
        { expect: "deny", outcome: "fails", line: 5, failures: [{ from: "shop/front", verdict: "allowed" }] },
        { expect: "allow", outcome: "holds", pairs: 1, failures: [] },
      ],
      findings: [{ code: "IN102", line: 5, column: 5 }],
      counts: { holds: 1, fails: 1, depends: 0, empty: 0 },
    });
    expect(test(path, "-o", "junit").stdout).toMatch(/tests="2" failures="1"/);
    expect(JSON.parse(test(path, "-o", "sarif").stdout)).toHaveProperty("runs[0].results[0].ruleId", "IN102");
    expect(test(path, "-o", "github").stdout).toMatch(/^::error file=.*,line=5,col=5,title=IN102 /);
    expect(test(path, "-o", "md").stdout).toMatch(
      /^### selvedge test: 2 intents, 2 pairs: 1 holds, 1 fails\n/,
    );
  });

  it.each([
    ["no reason", `  - allow: { from: a, to: b }`, /:5:\d+: intents\[0\].*because/],
    [
      "an unknown field",
      `  - allow: { from: a, to: b, port: [80] }\n    ${because}`,
      /:5:\d+: intents\[0\].*unknown field port/,
    ],
    [
      "a port out of range",
      `  - allow: { from: a, to: b, ports: [70000] }\n    ${because}`,
      /:5:\d+: intents\[0\]\.allow\.ports\[0\]/,
    ],
    [
      "an end that is none",
      `  - allow: { from: a/b/c/d, to: api }\n    ${because}`,
      /:5:5: a\/b\/c\/d: want NAME/,
    ],
    [
      "a selector that is none",
      `  - allow: { from: "{a in b}", to: api }\n    ${because}`,
      /is no requirement/,
    ],
    [
      "a port that is none",
      `  - allow: { from: front, to: api, ports: [80/FOO] }\n    ${because}`,
      /protocol FOO is none of/,
    ],
    ["malformed YAML", `  - allow: {`, /malformed YAML/],
  ])("refuses %s with 2, and says where", (_what, intents, message) => {
    const { status, stdout, stderr } = test(file(intents));
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it("refuses a folder without intents, and a file that is not there", () => {
    expect(test("fixtures/tenants").stderr).toContain("there is no *.intent.yaml file in it");
    expect(test("nowhere.intent.yaml").stderr).toContain("no such file or folder");
  });
});

describe("schema/intent.schema.json", () => {
  const published = (): object =>
    JSON.parse(readFileSync(join(root, "schema/intent.schema.json"), "utf8")) as object;

  it("is what the program reads by (`node scripts/intent-schema.ts` writes it)", () => {
    expect(published()).toEqual(JSON.parse(JSON.stringify(intentJsonSchema())));
  });

  it("accepts the shop's intents, and refuses one without a reason", () => {
    const validate = new Ajv({ strict: false }).compile(published());
    const intents = parse(readFileSync(join(root, shop, "shop.intent.yaml"), "utf8")) as {
      intents: { because?: string }[];
    };
    expect(validate(intents)).toBe(true);
    delete intents.intents[0]?.because;
    expect(validate(intents)).toBe(false);
  });
});
