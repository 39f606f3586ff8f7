import { describe, expect, it } from "vitest";
import type { ConnectivityMap } from "../../src/analysis/connectivity-map.ts";
import { fileWith, selvedge } from "./selvedge.ts";

const entriesOf = (stdout: string): ConnectivityMap["entries"] =>
  (JSON.parse(stdout) as ConnectivityMap).entries;

describe("selvedge map", () => {
  it.each(["shop", "tenants", "ports"])("of fixtures/%s is what was looked at and kept", async (fixture) => {
    const args = ["map", "-f", `fixtures/${fixture}`];
    const text = selvedge(args);
    expect(text.status).toBe(0);
    await expect(text.stdout).toMatchFileSnapshot(`golden/${fixture}.map.txt`);
    await expect(selvedge([...args, "-o", "json"]).stdout).toMatchFileSnapshot(`golden/${fixture}.map.json`);
  });

  it("keeps to its schema", () => {
    const map = JSON.parse(selvedge(["map", "-f", "fixtures/shop", "-o", "json"]).stdout) as ConnectivityMap;
    expect(map).toMatchObject({ apiVersion: "selvedge.dev/v1alpha1", kind: "ConnectivityMap" });
    expect(map.entries).toContainEqual({
      from: { pod: "shop/api" },
      to: { pod: "shop/db" },
      allowed: { TCP: "5432", UDP: "", SCTP: "", other: false },
    });
  });

  it("does not depend on the order of the documents", () => {
    const a = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}';
    const b = '{"apiVersion":"v1","kind":"Pod","metadata":{"name":"b"}}';
    const map = (...documents: readonly string[]): string =>
      selvedge(["map", "-f", "-", "-o", "json"], documents.join("\n---\n")).stdout;
    expect(map(a, b)).toBe(map(b, a));
    const pods = entriesOf(map(a, b)).filter(
      ({ from, to }) => from.pod !== undefined && to.pod !== undefined,
    );
    expect(pods).toHaveLength(4);
  });

  it("tells the families apart where a policy speaks of one, for pods whose addresses are known", () => {
    const pod = (name: string, ip: number): string =>
      `{apiVersion: v1, kind: Pod, metadata: {name: ${name}}, status: {phase: Running, podIP: 10.0.0.${ip}, podIPs: [{ip: 10.0.0.${ip}}, {ip: "fd00::${ip}"}]}}`;
    const policy =
      "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {podSelector: {}, ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}], ports: [{port: 80}]}]}}";
    const file = fileWith([pod("a", 1), pod("b", 2), policy].join("\n---\n"));
    const entry = entriesOf(selvedge(["map", "-f", file, "-o", "json"]).stdout).find(
      ({ from, to }) => from.pod === "default/a" && to.pod === "default/b",
    );
    expect(entry?.allowed.TCP).toBe("80");
    expect(entry?.byFamily?.IPv4.TCP).toBe("80");
    expect(entry?.byFamily?.IPv6.TCP).toBe("");
  });
});

describe("selvedge", () => {
  it("shows its verbs, and each verb two examples", () => {
    const { status, stdout } = selvedge(["--help"]);
    expect(status).toBe(0);
    for (const verb of ["can", "map", "enforcer", "denials", "counters", "doctor", "cleanup"]) {
      expect(stdout).toContain(`  ${verb}`);
      const help = selvedge([verb, "--help"]);
      expect(help.status).toBe(0);
      expect(help.stdout.split("Examples:")[1]?.match(/selvedge /g)?.length).toBeGreaterThanOrEqual(2);
    }
  });

  it("refuses what it does not know with 2", () => {
    expect(selvedge(["frobnicate"]).status).toBe(2);
    expect(selvedge(["map", "-f", "fixtures/shop", "-o", "xml"]).status).toBe(2);
  });

  it("tells its version", () => {
    expect(selvedge(["--version"]).stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });
});
