import { describe, expect, it } from "vitest";
import { fileWith, selvedge } from "./selvedge.ts";

const pod = (name: string, port: string): string => `
apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app: web } }
spec: { containers: [{ name: main, ports: [${port}] }] }
status: { phase: Running, podIP: 10.0.0.${name.at(-1)} }
---`;

const file = fileWith(`${pod("web-1", "{ name: http, containerPort: 8080 }")}
${pod("web-2", "{ name: https, containerPort: 8443 }")}
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { selector: { app: web }, ports: [{ port: 80, targetPort: http }] }
---
apiVersion: v1
kind: Service
metadata: { name: elsewhere, namespace: shop }
spec: { type: ExternalName, externalName: example.com }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  policyTypes: [Ingress]
  ingress:
    - from: [{ ipBlock: { cidr: 192.0.2.0/25 } }]
`);

const ask = (...args: readonly string[]): string => {
  const [verb = "", ...more] = args;
  return selvedge([verb, "-f", file, ...more]).stdout;
};

describe("a Service", () => {
  it("tells whom it leaves out, since they lack the port that it names", () => {
    expect(ask("can", "192.0.2.1", "shop/svc/web:80")).toMatch(
      /web-1 TCP\/8080 \(shop\/web-2 has no TCP port named http\)/,
    );
    expect(ask("explain", "192.0.2.1", "shop/svc/web:80")).toContain(
      "\n  shop/web-2 has no TCP port named http\n",
    );
    expect(ask("explain", "-o", "md", "192.0.2.1", "shop/svc/web:80")).toContain(
      "\n\nshop/web-2 has no TCP port named http\n",
    );
    expect(JSON.parse(ask("explain", "-o", "json", "192.0.2.1", "shop/svc/web:80"))).toHaveProperty(
      "leftOut",
      "shop/web-2 has no TCP port named http",
    );
  });

  it("that is another name for a host elsewhere leaves every port of it open", () => {
    expect(ask("can", "shop/web-1", "shop/svc/elsewhere:443")).toMatch(/^depends: .* host outside/);
    expect(ask("can", "--all-ports", "shop/web-1", "shop/svc/elsewhere")).toBe("depends: everything\n");
    expect(ask("explain", "--all-ports", "shop/web-1", "shop/svc/elsewhere")).toBe(
      "depends   shop/web-1 -> shop/svc/elsewhere: everything\n",
    );
  });
});

describe("addresses outside", () => {
  it("that are no block are told as ranges", () => {
    expect(ask("can", "world", "shop/web-1:8080")).toBe(
      "depends: yes for 192.0.2.0/25; no for 0.0.0.0-10.0.0.0,10.0.0.3-192.0.1.255,\n" +
        "  192.0.2.128-255.255.255.255 (ingress to shop/web-1 is isolated by shop/web, and no rule allows\n" +
        "  TCP/8080 from 0.0.0.0-10.0.0.0,10.0.0.3-192.0.1.255)\n",
    );
  });

  it("stand in no column when they are many", () => {
    const lines = ask("explain", "world", "shop/web-1:8080").split("\n");
    expect(lines).toContain("egress from the source  allowed  policies isolate pods only");
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });
});

it("a map of the world alone counts no pairs of pods", () => {
  expect(ask("map", "--from", "world", "--to", "shop/web-1")).not.toContain("pairs");
});

it("ICMP is called by its name", () => {
  expect(ask("explain", "shop/web-2", "shop/web-1:icmp")).toContain(
    "isolated by shop/web, no rule allows ICMP",
  );
});
