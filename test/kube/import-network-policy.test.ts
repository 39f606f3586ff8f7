import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { importNetworkPolicy } from "../../src/kube/import-network-policy.ts";
import { fieldText } from "../../src/kube/validation/field-path.ts";
import { validateNetworkPolicy } from "../../src/kube/validation/validate-network-policy.ts";

const policy = (spec: unknown, metadata: object = {}): unknown => ({
  metadata: { namespace: "shop", name: "web", ...metadata },
  spec,
});
const spec = (raw: unknown): unknown => importNetworkPolicy(policy(raw)).policy?.spec;
const fields = (raw: unknown): string[] =>
  importNetworkPolicy(policy(raw)).problems.map(({ path }) => fieldText(path));

const podSelector = { matchLabels: { app: "web" } };
const good = { ports: [{ port: 80 }] };
const bad = { ports: [{ port: 0 }] };

describe("what is valid is passed on as it is", () => {
  it.each([
    [{ podSelector, ingress: [good, {}], egress: [{ to: [{ podSelector }] }], policyTypes: ["Egress"] }],
    [{ podSelector: {}, ingress: [], egress: [] }],
    [{ podSelector, ingress: [{ from: [], ports: [] }], egress: [] }],
    [
      {
        podSelector,
        ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["10.1.0.0/16"] } }] }],
        egress: [],
      },
    ],
  ])("%j", (raw) => {
    expect(spec(raw)).toEqual(raw);
    expect(fields(raw)).toEqual([]);
  });

  it("reads null as the API server does: as if nothing were there", () => {
    const raw = {
      podSelector: null,
      policyTypes: null,
      ingress: [null, { from: null, ports: [null] }],
      egress: null,
    };
    expect(spec(raw)).toEqual({ podSelector: {}, ingress: [{}, { ports: [{}] }], egress: [] });
    expect(spec(null)).toEqual({ podSelector: {}, ingress: [], egress: [] });
  });

  it("puts what names no namespace into default, and goes by the prefix of a name to be generated", () => {
    const { policy } = importNetworkPolicy({ metadata: { generateName: "web-" } });
    expect(policy).toMatchObject({ namespace: "default", name: "web-" });
  });
});

describe("what is invalid fails closed", () => {
  it("a rule alone is invalid, the others stand", () => {
    expect(spec({ podSelector, ingress: [good, bad], egress: [bad] })).toEqual({
      podSelector,
      ingress: [good, "invalid"],
      egress: ["invalid"],
    });
    expect(fields({ podSelector, ingress: [good, bad] })).toEqual(["spec.ingress[1].ports[0].port"]);
  });

  it.each([
    ["a text", "from: all"],
    ["a list", []],
    ["from is no list", { from: {} }],
    ["a peer is a text", { from: ["web"] }],
    ["a peer mixes ipBlock and selectors", { from: [{ ipBlock: { cidr: "10.0.0.0/8" }, podSelector: {} }] }],
    ["an ipBlock without cidr", { from: [{ ipBlock: {} }] }],
    [
      "an operator without values",
      { from: [{ podSelector: { matchExpressions: [{ key: "a", operator: "In" }] } }] },
    ],
    ["an except outside", { from: [{ ipBlock: { cidr: "10.0.0.0/8", except: ["11.0.0.0/16"] } }] }],
    ["an empty peer beside a bad port", { from: [{}], ...bad }],
    ["a port that is no whole number", { ports: [{ port: 80.5 }] }],
  ])("a rule that is or has %s", (_name, rule) => {
    expect(spec({ podSelector, ingress: [rule] })).toEqual({ podSelector, ingress: ["invalid"], egress: [] });
    expect(fields({ podSelector, ingress: [rule] })).not.toEqual([]);
  });

  it("an empty peer matches nothing, and its rule stands", () => {
    const from = [{}, { podSelector }];
    expect(spec({ podSelector, ingress: [{ from }] })).toEqual({
      podSelector,
      ingress: [{ from }],
      egress: [],
    });
    expect(fields({ podSelector, ingress: [{ from }] })).toEqual(["spec.ingress[0].from[0]"]);
  });

  it("rules that are no list isolate their direction and allow nothing, also without policyTypes", () => {
    expect(spec({ podSelector, ingress: "all", egress: {} })).toEqual({
      podSelector,
      ingress: ["invalid"],
      egress: ["invalid"],
    });
  });

  it.each([[["Ingres"]], [["Ingress", "Egress", "Ingress"]], ["Ingress"], [[1]]])(
    "policyTypes %j: both directions are isolated, nothing is allowed, the selector stands",
    (policyTypes) => {
      expect(spec({ podSelector, ingress: [good], policyTypes })).toEqual({
        podSelector,
        policyTypes: ["Ingress", "Egress"],
        ingress: [],
        egress: [],
      });
    },
  );

  it.each([
    ["web"],
    [[]],
    [{ matchLabels: "app=web" }],
    [{ matchLabels: { app: true } }],
    [{ matchLabels: { "-app": "web" } }],
    [{ matchExpressions: [{ key: "app", operator: "Is", values: ["web"] }] }],
  ])("podSelector %j: it may mean any pod, so every pod of the namespace is isolated", (selector) => {
    expect(spec({ podSelector: selector, ingress: [good] })).toBe("invalid");
  });

  it("spec is no object: every pod of the namespace is isolated", () => {
    expect(spec("allow all")).toBe("invalid");
    expect(spec([])).toBe("invalid");
  });

  it("metadata that is bad beside the names is said, and the policy enforced", () => {
    const { policy: imported, problems } = importNetworkPolicy(policy({ podSelector }, { labels: { a: 1 } }));
    expect(imported?.spec).toEqual({ podSelector, ingress: [], egress: [] });
    expect(problems.map(({ path }) => fieldText(path))).toEqual(["metadata.labels.a"]);
  });

  it.each([["text"], [[]], [7], [{}], [{ metadata: "web" }], [{ metadata: { name: 1 } }]])(
    "%j does not say who it is: there is no policy, and a problem",
    (raw) => {
      const { policy: imported, problems } = importNetworkPolicy(raw);
      expect(imported).toBeUndefined();
      expect(problems).not.toEqual([]);
    },
  );
});

describe("CIDRs that an API server before 1.36 took", () => {
  it.each([
    ["010.0.0.0/8", "10.0.0.0/8"],
    ["10.0.0.7/08", "10.0.0.0/8"],
    ["::ffff:10.0.0.0/104", "10.0.0.0/8"],
    ["::ffff:0:0/96", "0.0.0.0/0"],
    ["2001:DB8:0:0::1/32", "2001:db8::/32"],
  ])("%s is enforced as %s, with a warning", (cidr, canonical) => {
    const imported = importNetworkPolicy(
      policy({ podSelector, ingress: [{ from: [{ ipBlock: { cidr } }] }] }),
    );
    expect(imported.problems).toEqual([]);
    expect(imported.warnings).not.toEqual([]);
    expect(imported.policy?.spec).toMatchObject({ ingress: [{ from: [{ ipBlock: { cidr: canonical } }] }] });
  });

  it("is refused in what is still to be created", () => {
    const raw = policy({ ingress: [{ from: [{ ipBlock: { cidr: "010.0.0.0/8" } }] }] });
    expect(importNetworkPolicy(raw, "strict").policy?.spec).toMatchObject({ ingress: ["invalid"] });
  });
});

describe("whatever the object is", () => {
  const key = fc.constantFrom(
    "metadata",
    "name",
    "namespace",
    "spec",
    "podSelector",
    "matchLabels",
    "matchExpressions",
    "key",
    "operator",
    "values",
    "ingress",
    "egress",
    "from",
    "to",
    "ports",
    "port",
    "endPort",
    "ipBlock",
    "cidr",
    "except",
    "policyTypes",
    "protocol",
    "labels",
    "__proto__",
    "constructor",
    "toString",
    "x",
  );
  const leaf = fc.oneof(
    fc.constantFrom(
      "In",
      "Exists",
      "Ingress",
      "TCP",
      "10.0.0.0/8",
      "::/0",
      "a",
      "",
      null,
      true,
      80,
      -1,
      1e300,
    ),
    fc.double(),
    fc.string(),
  );
  const anything = fc.letrec((tie) => ({
    value: fc.oneof({ maxDepth: 6 }, leaf, tie("object"), fc.array(tie("value"), { maxLength: 3 })),
    object: fc
      .array(fc.tuple(key, tie("value")), { maxLength: 5 })
      .map((entries) => Object.fromEntries(entries)),
  })).value;
  const anyPolicy = fc.oneof(
    anything,
    anything.map((raw) => policy(raw)),
  );

  it("it never throws, and strict validation finds a problem wherever the import does", () => {
    fc.assert(
      fc.property(anyPolicy, (raw) => {
        const imported = importNetworkPolicy(raw, "strict");
        const { problems } = validateNetworkPolicy(raw);
        expect(imported.problems.length > 0).toBe(problems.length > 0);
        // Only a policy without problems is enforced whole.
        const text = JSON.stringify(imported.policy ?? {});
        if (text.includes('"invalid"')) expect(problems).not.toEqual([]);
      }),
      { numRuns: 3000 },
    );
  });

  it("it may have more problems than a call has arguments", () => {
    const many = <T>(value: T): T[] => Array.from({ length: 150_000 }, () => value);
    const bad = [
      { ingress: [{ ports: many({ port: 0 }) }] },
      { egress: [{ to: [{ ipBlock: { cidr: "10.0.0.0/8", except: many("x") } }] }] },
    ];
    for (const each of bad) {
      expect(importNetworkPolicy(policy(each)).problems.length).toBeGreaterThanOrEqual(150_000);
      expect(validateNetworkPolicy(policy(each)).problems.length).toBeGreaterThanOrEqual(150_000);
    }
    const undecodable = policy({ ingress: many(7), egress: [{ to: many(7) }] });
    expect(importNetworkPolicy(undecodable).problems.length).toBeGreaterThan(150_000);
    const spec = importNetworkPolicy(undecodable).policy?.spec;
    expect(typeof spec === "object" && spec.egress).toEqual(["invalid"]);
    expect(validateNetworkPolicy(undecodable).problems.length).toBeGreaterThan(0);
  });
});
