import { beforeAll, describe, expect, test } from "vitest";
import { APPLY, type Loose, MERGE } from "./client.ts";
import { useServer } from "./fixture.ts";

const rule = (text: string, message: string): Loose => ({ rule: text, message });

const schema = {
  type: "object",
  "x-kubernetes-validations": [rule("self.metadata.name != 'bad'", "bad is no name")],
  properties: {
    spec: {
      type: "object",
      required: ["from"],
      "x-kubernetes-validations": [
        rule("self.from <= self.to", "from is beyond to"),
        rule("!has(self.half) || self.half < 1.0", "half is too much"),
      ],
      properties: {
        from: { type: "integer" },
        to: { type: "integer", default: 10 },
        half: { type: "number" },
        owner: { type: "string", "x-kubernetes-validations": [rule("self == oldSelf", "the owner stays")] },
        items: {
          type: "array",
          "x-kubernetes-list-type": "atomic",
          items: { type: "string", "x-kubernetes-validations": [rule("self.startsWith('x')", "no x")] },
        },
      },
    },
    status: {
      type: "object",
      properties: { seen: { type: "integer", "x-kubernetes-validations": [rule("self > 0", "none seen")] } },
    },
  },
};

const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "ranges.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "ranges", kind: "Range" },
    versions: [
      {
        name: "v1",
        served: true,
        storage: true,
        schema: { openAPIV3Schema: schema },
        subresources: { status: {} },
      },
    ],
  },
};

const RANGES = "/apis/example.com/v1/namespaces/default/ranges";

const range = (name: string, spec: Loose): Loose => ({
  apiVersion: "example.com/v1",
  kind: "Range",
  metadata: { name },
  spec,
});

describe("a custom resource with rules", () => {
  const use = useServer();
  const causes = (answer: Loose): readonly string[] =>
    (answer["details"] as { causes: readonly { field: string; message: string }[] }).causes.map(
      ({ field, message }) => `${field}: ${message}`,
    );

  beforeAll(async () => {
    const { client } = use();
    await client.json("POST", "/apis/apiextensions.k8s.io/v1/customresourcedefinitions", definition);
    expect(await client.json("POST", RANGES, range("r", { from: 1, owner: "me" }))).toMatchObject({
      spec: { to: 10 },
    });
  });

  test.each([
    [{ from: 11 }, ["spec: Invalid value: from is beyond to"]],
    [{ from: 1, half: 1 }, ["spec: Invalid value: half is too much"]],
    [{ from: 1, items: ["xa", "b"] }, ['spec.items[1]: Invalid value: "b": no x']],
  ])("is refused for %j", async (spec, expected) => {
    const { client } = use();
    expect(causes(await client.json("POST", RANGES, range("x", spec)))).toEqual(expected);
  });

  test("is judged by its name, too", async () => {
    const { client } = use();
    expect(causes(await client.json("POST", RANGES, range("bad", { from: 1 })))).toEqual([
      "<nil>: Invalid value: bad is no name",
    ]);
  });

  test("is not asked its rules where what they would look at is wrong", async () => {
    const { client } = use();
    const [wrong, unasked] = causes(await client.json("POST", RANGES, range("x", { from: "1", to: 0 })));
    expect(wrong).toMatch(/^spec\.from: .*must be of type integer/u);
    expect(unasked).toMatch(/^<nil>: .*some validation rules were not checked/u);
  });

  test("may not change where a rule forbids the change, whoever writes and however", async () => {
    const { client } = use();
    const stays = ['spec.owner: Invalid value: "you": the owner stays'];
    const change = { spec: { owner: "you" } };
    expect(causes(await client.json("PATCH", `${RANGES}/r`, change, MERGE))).toEqual(stays);
    const apply = `${RANGES}/r?fieldManager=a&force=true`;
    const applied = range("r", { from: 1, owner: "you" });
    expect(causes(await client.json("PATCH", apply, applied, APPLY))).toEqual(stays);
    expect(await client.json("PATCH", `${RANGES}/r`, { spec: { from: 2 } }, MERGE)).toMatchObject({
      spec: { from: 2, owner: "me" },
    });
  });

  test("is judged by its status", async () => {
    const { client } = use();
    const status = { status: { seen: 0 } };
    expect(causes(await client.json("PATCH", `${RANGES}/r/status`, status, MERGE))).toEqual([
      "status.seen: Invalid value: 0: none seen",
    ]);
  });
});
