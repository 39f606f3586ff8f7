import { describe, expect, test } from "vitest";
import { dig, useServer } from "./fixture.ts";

const AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json";

describe("discovery", () => {
  const use = useServer();

  test("names versions, groups and resources one by one", async () => {
    const { client } = use();
    expect(await client.json("GET", "/api")).toMatchObject({ kind: "APIVersions", versions: ["v1"] });
    const groups = (await client.json("GET", "/apis"))["groups"] as readonly unknown[];
    expect(groups.map((group) => dig(group, "preferredVersion", "groupVersion"))).toContain(
      "networking.k8s.io/v1",
    );
    expect(await client.json("GET", "/apis/networking.k8s.io")).toMatchObject({ kind: "APIGroup" });
    const policies = {
      name: "networkpolicies",
      singularName: "networkpolicy",
      kind: "NetworkPolicy",
      namespaced: true,
    };
    const list = await client.json("GET", "/apis/networking.k8s.io/v1");
    expect(list).toMatchObject({ kind: "APIResourceList", resources: [policies] });
  });

  test("names them all at once to those who ask", async () => {
    const { client } = use();
    const { text, headers } = await client.send("GET", "/apis", undefined, {
      headers: { accept: AGGREGATED },
    });
    expect(headers["content-type"]).toContain("as=APIGroupDiscoveryList");
    const items = dig(JSON.parse(text), "items") as readonly unknown[];
    const networking = items.find((item) => dig(item, "metadata", "name") === "networking.k8s.io");
    expect(dig(networking, "versions", 0, "resources", 0)).toMatchObject({
      resource: "networkpolicies",
      scope: "Namespaced",
    });
    const core = await client.json("GET", "/api", undefined, { accept: AGGREGATED });
    expect(core).toMatchObject({ items: [{ versions: [{ version: "v1" }] }] });
  });

  test.each(["/healthz", "/readyz", "/livez"])("%s is ok", async (path) => {
    expect(await use().client.send("GET", path)).toMatchObject({ status: 200, text: "ok" });
  });

  test("knows its version, and that patches validate fields", async () => {
    const { client } = use();
    expect(await client.json("GET", "/version")).toMatchObject({ major: "1", gitVersion: "v1.36.2" });
    const paths = (await client.json("GET", "/openapi/v3"))["paths"];
    const url = String(dig(paths, "apis/networking.k8s.io/v1", "serverRelativeURL"));
    expect(JSON.stringify(await client.json("GET", url))).toContain("fieldValidation");
  });
});
