import { spawnSync } from "node:child_process";
import { describe, expect, it } from "vitest";
import type { ConnectivityMap } from "../../src/analysis/connectivity-map.ts";
import { fileWith, selvedge } from "./selvedge.ts";

const shop = ["map", "-f", "fixtures/shop"];
const entriesOf = (args: readonly string[]): ConnectivityMap["entries"] =>
  (JSON.parse(selvedge([...args, "-o", "json"]).stdout) as ConnectivityMap).entries;
const ends = (args: readonly string[]): string[] =>
  entriesOf(args).map(({ from, to }) => `${from.pod ?? from.cidr} -> ${to.pod ?? to.cidr}`);

/** RFC 4180, read back. */
function csvRows(text: string): string[][] {
  const rows: string[][] = [];
  for (const line of text.split("\r\n").slice(0, -1)) {
    rows.push(
      [...line.matchAll(/(?:^|,)(?:"((?:[^"]|"")*)"|([^",]*))/g)].map(
        ([, a, b = ""]) => a?.replaceAll('""', '"') ?? b,
      ),
    );
  }
  return rows;
}

describe("selvedge map, filtered", () => {
  it.each([
    [["--from", "shop/api", "--to", "shop/db"], ["shop/api -> shop/db"]],
    [["--from", "api", "--to", "db", "-n", "shop"], ["shop/api -> shop/db"]],
    [["--from", "shop/front", "--port", "http"], ["shop/front -> shop/api"]],
    [["--from", "shop/front", "--port", "53/UDP"], ["shop/front -> kube-system/coredns"]],
    [
      ["--from", "world", "--to", "shop/front"],
      ["0.0.0.0/0 -> shop/front", "::/0 -> shop/front"],
    ],
    [["--from", "203.0.113.0/24", "--to", "shop/front"], ["203.0.113.0/24 -> shop/front"]],
    [["--from", "shop/front", "--to", "shop/svc/api"], ["shop/front -> shop/api"]],
    [["--from", "shop/{app=front}", "--to", "shop/api"], ["shop/{app=front} -> shop/api"]],
    [["--from", "shop/api", "--to", "shop/front", "--only", "denied"], ["shop/api -> shop/front"]],
    [["--from", "shop/api", "--to", "shop/front"], []],
  ])("by %j has %j", (args, expected) => {
    expect(ends([...shop, ...args])).toEqual(expected);
  });

  it("tells what depends where that is asked for", () => {
    const args = ["map", "-f", "fixtures/ports", "--from", "games/player", "--to", "games/operator"];
    expect(entriesOf(args)).toEqual([]);
    expect(entriesOf([...args, "--only", "depends"])[0]?.depends?.UDP).toBe("9000-9011");
  });

  it("refuses ends and ports that are none", () => {
    expect(selvedge([...shop, "--from", "shop/nobody"]).status).toBe(2);
    expect(selvedge([...shop, "--port", "0"]).status).toBe(2);
    expect(selvedge([...shop, "--only", "some"]).status).toBe(2);
  });
});

const pod = (name: string, app: string, owner: string): string =>
  `{apiVersion: v1, kind: Pod, metadata: {name: ${name}, labels: {app: web, canary: "${app}"}, ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: ${owner}, uid: u, controller: true}]}}`;

it("judges a workload pod by pod, and says what holds for some of them only", () => {
  const file = fileWith(
    [
      "{apiVersion: apps/v1, kind: StatefulSet, metadata: {name: web}, spec: {replicas: 2, serviceName: w, selector: {matchLabels: {app: web}}, template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: i}]}}}}",
      pod("web-0", "no", "web"),
      pod("web-1", "yes", "web"),
      "{apiVersion: v1, kind: Pod, metadata: {name: db}}",
      '{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {podSelector: {matchExpressions: [{key: app, operator: DoesNotExist}]}, ingress: [{from: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 80}]}, {from: [{podSelector: {matchLabels: {canary: "yes"}}}], ports: [{port: 81}]}]}}',
    ].join("\n---\n"),
  );
  const [entry] = entriesOf(["map", "-f", file, "--from", "default/web", "--to", "default/db"]);
  expect(entry?.allowed.TCP).toBe("80");
  expect(entry?.allowedForSome?.TCP).toBe("80-81");
});

describe("selvedge map's formats", () => {
  it("CSV is RFC 4180's, a line for each entry", () => {
    const { stdout } = selvedge([...shop, "-o", "csv"]);
    const [heading, ...rows] = csvRows(stdout);
    expect(heading).toEqual(["from", "to", "extent", "family", "TCP", "UDP", "SCTP", "other"]);
    expect(rows).toHaveLength(entriesOf(shop).length);
    expect(rows.every((row) => row.length === 8)).toBe(true);
    expect(rows).toContainEqual(["shop/api", "shop/db", "all", "any", "5432", "", "", "false"]);
    const ranges = csvRows(selvedge(["map", "-f", "fixtures/ports", "-o", "csv"]).stdout);
    expect(ranges).toContainEqual([
      "games/arena-v1",
      "games/voice",
      "all",
      "any",
      "",
      "9000-9010,9050",
      "",
      "false",
    ]);
  });

  it("text is a hundred columns wide at most, whatever the names and ports", () => {
    const long = `n${"x".repeat(250)}`;
    const ports = Array.from({ length: 60 }, (_, i) => `{port: ${1000 + 7 * i}}`).join(", ");
    const file = fileWith(
      `{apiVersion: v1, kind: Pod, metadata: {name: ${long}}}\n---\n{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: p}, spec: {podSelector: {}, ingress: [{ports: [${ports}]}]}}`,
    );
    const { stdout } = selvedge(["map", "-f", file]);
    expect(Math.max(...stdout.split("\n").map((line) => line.length))).toBeLessThanOrEqual(100);
    expect(stdout).toContain("1413");
  });

  it("Markdown is a table of three columns", () => {
    const { stdout } = selvedge([...shop, "-o", "md"]);
    const table = stdout.split("\n").filter((line) => line.startsWith("|"));
    expect(table).toHaveLength(2 + (selvedge(shop).stdout.split("\n\n")[0] ?? "").split("\n").length - 1);
    for (const line of table) expect(line.split("|")).toHaveLength(5);
  });

  const hasDot = spawnSync("dot", ["-V"]).status === 0;
  it.skipIf(!hasDot)(
    `DOT is Graphviz's own${hasDot ? "" : " [skipped: no dot (Debian package graphviz)]"}`,
    () => {
      for (const args of [shop, ["map", "-f", "fixtures/tenants"], [...shop, "--from", "shop/{app=front}"]]) {
        const { stdout } = selvedge([...args, "-o", "dot"]);
        const {
          status,
          stdout: json,
          stderr,
        } = spawnSync("dot", ["-Tdot_json"], { input: stdout, encoding: "utf8" });
        expect(stderr).toBe("");
        expect(status).toBe(0);
        const { edges } = JSON.parse(json) as { edges: { label: string }[] };
        expect(edges).toHaveLength(stdout.split("\n").filter((line) => line.includes("->")).length);
        expect(edges.length).toBeGreaterThan(0);
      }
    },
  );

  it("Mermaid's lines are a flowchart's: every node in a box, every arrow between nodes, labels escaped", () => {
    for (const fixture of ["shop", "tenants", "ports"]) {
      const { stdout } = selvedge(["map", "-f", `fixtures/${fixture}`, "-o", "mermaid"]);
      const label = String.raw`"(?:[^"#;&<>\x60\\|{}[\]]|#\d+;)*"`;
      const lines = new RegExp(
        `^(?:flowchart LR|  subgraph b\\d+\\[${label}\\]|    n\\d+\\[${label}\\]|  end|  n\\d+ -->\\|${label}\\| n\\d+|)$`,
      );
      for (const line of stdout.split("\n")) expect(line).toMatch(lines);
      const nodes = new Set([...stdout.matchAll(/^ {4}(n\d+)\[/gm)].map(([, id]) => id));
      for (const [, from, to] of stdout.matchAll(/^ {2}(n\d+) -->.* (n\d+)$/gm))
        expect(nodes.has(from) && nodes.has(to)).toBe(true);
    }
  });

  it("has no colours where nobody looks", () => {
    expect(selvedge(shop).stdout).not.toContain("\u001b");
  });
});
