import { describe, expect, test } from "vitest";
import { APPLY, type Loose, MERGE } from "./client.ts";
import { dig, until, useServer } from "./fixture.ts";

const condition = { type: "object", properties: { type: { type: "string" }, status: { type: "string" } } };

const schema = {
  type: "object",
  required: ["spec"],
  properties: {
    spec: {
      type: "object",
      required: ["size"],
      properties: {
        size: { type: "integer", minimum: 1 },
        color: { type: "string", default: "red", enum: ["red", "blue"] },
        anything: { type: "object", "x-kubernetes-preserve-unknown-fields": true },
      },
    },
    status: {
      type: "object",
      properties: {
        conditions: {
          type: "array",
          items: condition,
          "x-kubernetes-list-type": "map",
          "x-kubernetes-list-map-keys": ["type"],
        },
      },
    },
  },
};

const version = (name: string, storage: boolean): Loose => ({
  name,
  served: true,
  storage,
  schema: { openAPIV3Schema: schema },
  subresources: { status: {} },
  additionalPrinterColumns: [
    { name: "Size", type: "integer", jsonPath: ".spec.size" },
    { name: "Ready", type: "string", jsonPath: '.status.conditions[?(@.type=="Ready")].status' },
  ],
});

const definition = {
  apiVersion: "apiextensions.k8s.io/v1",
  kind: "CustomResourceDefinition",
  metadata: { name: "widgets.example.com" },
  spec: {
    group: "example.com",
    scope: "Namespaced",
    names: { plural: "widgets", kind: "Widget", shortNames: ["wd"] },
    versions: [version("v1", true), version("v1beta1", false)],
  },
};

const DEFINITIONS = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";
const WIDGETS = "/apis/example.com/v1/namespaces/default/widgets";

const widget = (name: string, spec: Loose): Loose => ({
  apiVersion: "example.com/v1",
  kind: "Widget",
  metadata: { name },
  spec,
});

describe("a custom resource", () => {
  const use = useServer();

  test("is served once it is defined, and says so", async () => {
    const { client } = use();
    expect((await client.send("GET", WIDGETS)).status).toBe(404);
    await client.send("POST", DEFINITIONS, definition);
    const isEstablished = (object: Loose): boolean =>
      JSON.stringify(dig(object, "status", "conditions") ?? []).includes('"Established","status":"True"');
    await until(() => client.json("GET", `${DEFINITIONS}/widgets.example.com`), isEstablished);
    const list = await client.json("GET", "/apis/example.com/v1");
    expect(list).toMatchObject({
      resources: [{ name: "widgets", shortNames: ["wd"] }, { name: "widgets/status" }],
    });
  });

  test("is pruned, defaulted and validated by its schema", async () => {
    const { client } = use();
    const stored = await client.json(
      "POST",
      WIDGETS,
      widget("w", { size: 2, zzz: 1, anything: { goes: [1] } }),
    );
    expect(stored).toMatchObject({ metadata: { generation: 1 } });
    expect(stored["spec"]).toEqual({ size: 2, color: "red", anything: { goes: [1] } });
    const strict = await client.json(
      "POST",
      `${WIDGETS}?fieldValidation=Strict`,
      widget("x", { size: 2, zzz: 1 }),
    );
    expect(strict).toMatchObject({ code: 400 });
    const bad = await client.json("POST", WIDGETS, widget("x", { size: 0, color: "green" }));
    expect(bad).toMatchObject({
      code: 422,
      details: { causes: [{ field: "spec.size" }, { field: "spec.color" }] },
    });
    expect(await client.json("POST", WIDGETS, widget("x", {}))).toMatchObject({
      code: 422,
      details: { causes: [{ field: "spec.size", reason: "FieldValueRequired" }] },
    });
  });

  test("has a status of its own, owned apart", async () => {
    const { client } = use();
    const ready = (status: string): Loose => ({
      ...widget("w", { size: 9 }),
      status: { conditions: [{ type: "Ready", status }] },
    });
    const path = `${WIDGETS}/w/status?fieldManager=controller&force=true`;
    const applied = await client.json("PATCH", path, ready("True"), APPLY);
    expect(applied).toMatchObject({
      spec: { size: 2 },
      status: { conditions: [{ type: "Ready", status: "True" }] },
    });
    expect(dig(applied, "metadata", "generation")).toBe(1);
    const managers = dig(applied, "metadata", "managedFields") as readonly Loose[];
    expect(managers.map(({ manager, subresource }) => [manager, subresource])).toEqual([
      ["controller", "status"],
      ["unknown", undefined],
    ]);
    const resized = await client.json("PATCH", `${WIDGETS}/w`, { spec: { size: 3 }, status: null }, MERGE);
    expect(resized).toMatchObject({
      spec: { size: 3 },
      status: { conditions: [{ status: "True" }] },
      metadata: { generation: 2 },
    });
  });

  test("must be replaced with a resource version, and patched without strategy", async () => {
    const { client } = use();
    expect(await client.json("PUT", `${WIDGETS}/w`, widget("w", { size: 4 }))).toMatchObject({ code: 422 });
    const strategic = { "content-type": "application/strategic-merge-patch+json" };
    expect(await client.json("PATCH", `${WIDGETS}/w`, {}, strategic)).toMatchObject({ code: 415 });
  });

  test("is one object in all of its versions, and its list items name theirs", async () => {
    const { client } = use();
    const beta = await client.json("GET", "/apis/example.com/v1beta1/widgets");
    expect(beta).toMatchObject({ items: [{ apiVersion: "example.com/v1beta1", kind: "Widget" }] });
  });

  test("shows the columns that it declares", async () => {
    const { client } = use();
    const accept = "application/json;as=Table;v=v1;g=meta.k8s.io";
    const { text } = await client.send("GET", WIDGETS, undefined, { headers: { accept } });
    expect(dig(JSON.parse(text), "rows", 0, "cells")).toEqual(["w", 3, "True"]);
  });

  test("goes with its definition", async () => {
    const { client, server } = use();
    await client.send("DELETE", `${DEFINITIONS}/widgets.example.com`);
    expect((await client.send("GET", WIDGETS)).status).toBe(404);
    expect(server.objects("widgets.example.com")).toEqual([]);
  });

  test("with a wrong name is refused", async () => {
    const wrong = { ...definition, metadata: { name: "gadgets.example.com" } };
    expect(await use().client.json("POST", DEFINITIONS, wrong)).toMatchObject({ code: 422 });
  });
});
