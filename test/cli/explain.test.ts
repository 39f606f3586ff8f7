import { describe, expect, it } from "vitest";
import { fileWith, selvedge } from "./selvedge.ts";

const shop = ["-f", "fixtures/shop"];
const explain = (...args: string[]): ReturnType<typeof selvedge> => selvedge(["explain", ...args]);

/** Two pods, and policies that isolate both of them, each for a peer that is not there. */
const many = (count: number): string =>
  [
    ...["a", "b"].map((name) => ({
      apiVersion: "v1",
      kind: "Pod",
      metadata: { name, labels: { app: name } },
    })),
    ...Array.from({ length: count }, (_, i) => ({
      apiVersion: "networking.k8s.io/v1",
      kind: "NetworkPolicy",
      metadata: { name: `p${i}` },
      spec: {
        podSelector: {},
        ingress: [{ from: [{ podSelector: { matchLabels: { app: `c${i}` } } }], ports: [{ port: 80 + i }] }],
      },
    })),
  ]
    .map((object) => JSON.stringify(object))
    .join("\n---\n");

describe("selvedge explain", () => {
  it.each([
    [
      "yes",
      0,
      [...shop, "shop/front", "shop/svc/api:80"],
      /^yes {3}shop\/front -> shop\/api:80 => shop\/api TCP\/3000\n/,
    ],
    [
      "no",
      1,
      [...shop, "monitoring/prometheus", "shop/db:5432"],
      /^no {3}monitoring\/prometheus -> shop\/db TCP\/5432\n/,
    ],
    [
      "depends",
      3,
      ["-f", "fixtures/ports", "games/player", "games/operator:9005/UDP"],
      /^depends {3}games\/player -> /,
    ],
    [
      "a pod and itself",
      0,
      [...shop, "shop/backup", "shop/backup:80"],
      /policies stand aside: a pod always reaches itself/,
    ],
    [
      "its node's network",
      3,
      ["-f", "fixtures/market", "market/watchman", "market/till:7000"],
      /uses its node's network/,
    ],
    [
      "a source that a Service may hide",
      3,
      ["-f", "fixtures/market", "203.0.113.9", "market/svc/stall:80"],
      /the Service may put a node's address/,
    ],
  ])("%s exits with %i", (_what, status, args, text) => {
    const ran = explain(...args);
    expect({ status: ran.status, stderr: ran.stderr }).toEqual({ status, stderr: "" });
    expect(ran.stdout).toMatch(text);
    expect(ran.stdout.split("\n").filter((line) => line.length > 100)).toEqual([]);
    // oxlint-disable-next-line no-control-regex -- an escape is what must not be there
    expect(ran.stdout).not.toMatch(/\u001B/);
  });

  it.each([
    ["no port", ["shop/front", "shop/api"], /want END:PORT/],
    ["a port and all of them", ["--all-ports", "shop/front", "shop/api:80"], /not both/],
    [
      "the kernel's rules of all ports",
      ["--all-ports", "--rules", "shop/front", "shop/api"],
      /go with a port/,
    ],
    ["an unknown pod", ["shop/nobody", "shop/api:80"], /no pod or workload shop\/nobody/],
    ["a port that a Service has not", ["shop/front", "shop/svc/api:81"], /has no TCP port 81/],
  ])("refuses %s with 2", (_what, args, message) => {
    const { status, stdout, stderr } = explain(...shop, ...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("answers as can does, and tells programs everything", () => {
    const question = [...shop, "shop/front", "shop/svc/db:5432", "-o", "json"];
    const can: unknown = JSON.parse(selvedge(["can", ...question]).stdout);
    const { kind, connections, ...rest } = JSON.parse(explain(...question).stdout) as Record<string, unknown>;
    expect(kind).toBe("Explanation");
    expect(can).toMatchObject(rest);
    expect(connections).toMatchObject([
      {
        protocol: "TCP",
        port: 5432,
        service: "shop/db:5432",
        families: { IPv4: "denied", IPv6: "denied" },
        egress: { verdict: "denied", nearest: "shop/front egress[0]" },
        ingress: {
          nearest: "shop/db ingress[0]",
          policies: [
            {
              policy: "shop/db",
              rules: [
                {
                  rule: "shop/db ingress[0]",
                  file: "fixtures/shop/policies.yaml",
                  line: 64,
                  peer: { line: 67, column: 17, message: "shop/front has app=front" },
                },
              ],
            },
            { policy: "shop/default-deny", rules: [] },
            { policy: "shop/metrics" },
          ],
        },
        suggestions: [
          { change: "add rule", policy: "shop/front", pairs: 1 },
          { change: "add rule", policy: "shop/db", line: 64 },
        ],
      },
    ]);
  });

  it("stays short where there are hundreds of policies, and tells all where all are asked for", () => {
    // From standard input: a file's path may be so long that its lines are two.
    const asked = (...options: readonly string[]) =>
      selvedge(["explain", "-f", "-", ...options, "a", "b:90"], many(300));
    const { status, stdout } = asked();
    expect(status).toBe(1);
    expect(stdout.split("\n").length).toBeLessThan(50);
    expect(stdout).toMatch(/nearest: default\/p10 ingress\[0\] allows TCP\/90, but not from default\/a\n/);
    expect(stdout).toMatch(/\.\.\. and 291 rules that lack as much or more \(--verbose shows all\)\n/);
    expect(asked("-v").stdout).toMatch(/\n {2}default\/p299 ingress\[0\]/);
  });

  it("tells one thing of connections that are alike, and each of those that are not", () => {
    const { stdout } = explain("-f", "fixtures/market", "203.0.113.0/24", "market/stall:8080");
    expect(stdout).toMatch(/^depends {3}203\.0\.113\.0\/24 -> market\/stall:8080\n/);
    expect(stdout).toMatch(/\nyes {3}203\.0\.113\.0-203\.0\.113\.199 -> /);
    expect(stdout).toMatch(/\nno {3}203\.0\.113\.200 -> market\/stall TCP\/8080\n/);
    expect(stdout.match(/likewise from 203\.0\.113\.201-203\.0\.113\.255\n/g)).toHaveLength(1);
  });

  it("suggests what can be applied as it stands, and then the answer is yes", () => {
    const question = ["-f", "fixtures/tenants", "blue/web", "red/web:8080"];
    const json = JSON.parse(explain(...question, "-o", "json").stdout) as {
      connections: [{ suggestions: { value: unknown }[] }];
    };
    const policies = json.connections[0].suggestions.map(({ value }) => JSON.stringify(value));
    expect(policies).toHaveLength(2);
    const overlay = fileWith(policies.join("\n---\n"));
    expect(explain(...question, "--overlay", overlay)).toMatchObject({ status: 0, stderr: "" });
  });

  it("is written as Markdown, every miss in a table", () => {
    const { stdout } = explain(...shop, "monitoring/prometheus", "shop/db:5432", "-o", "md");
    expect(stdout).toMatch(/^### no: `monitoring\/prometheus -> shop\/db TCP\/5432`\n/);
    expect(stdout).toMatch(
      /\n\| `shop\/db ingress\[0\]` +\| .*pods of shop only.* \| `fixtures\/shop\/policies.yaml:64:7` \|\n/,
    );
    expect(stdout).toMatch(/\n```yaml\n- from:\n/);
  });
});
