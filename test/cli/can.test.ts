import { describe, expect, it } from "vitest";
import { fileWith, selvedge } from "./selvedge.ts";

const shop = ["-f", "fixtures/shop"];

describe("selvedge can", () => {
  it("says yes and exits with 0", () => {
    expect(selvedge(["can", ...shop, "shop/front", "shop/api:3000"])).toEqual({
      status: 0,
      stdout: "yes\n",
      stderr: "",
    });
  });

  it("says no and why in one sentence, and exits with 1", () => {
    const { status, stdout } = selvedge(["can", ...shop, "monitoring/prometheus", "shop/db:5432"]);
    expect(status).toBe(1);
    expect(stdout).toBe(
      "no: ingress to shop/db is isolated by shop/db, shop/default-deny and shop/metrics, and no rule\n" +
        "  allows TCP/5432 from monitoring/prometheus\n",
    );
  });

  it("names both sides where both refuse", () => {
    expect(selvedge(["can", ...shop, "shop/front", "shop/db:5432"]).stdout).toMatch(
      /^no: egress from shop\/front is isolated by [^;]*; and ingress\s+to shop\/db is isolated by [^;]*\n$/,
    );
  });

  it.each([
    ["a port name", "shop/api:http", 0],
    ["UDP", "kube-system/coredns:53/UDP", 0],
    ["a protocol in lower case", "kube-system/coredns:53/udp", 0],
    ["an address outside", "203.0.113.10:443", 1],
    ["an IPv6 address outside", "[2001:db8::1]:443", 1],
  ])("asks about %s", (_what, destination, status) => {
    expect(selvedge(["can", ...shop, "shop/front", destination]).status).toBe(status);
  });

  it("depends, and exits with 3, where a block holds some addresses and the pod's is not known", () => {
    const { status, stdout } = selvedge([
      "can",
      "-f",
      "fixtures/ports",
      "games/player",
      "games/operator:9005/UDP",
    ]);
    expect(status).toBe(3);
    expect(stdout).toBe(
      "depends: games/player-egress egress[1] names addresses, and those of the pods are not known yet\n",
    );
  });

  it("reads standard input and answers with the exit code alone", () => {
    const pods = ["a", "b"].map((name) =>
      JSON.stringify({ apiVersion: "v1", kind: "Pod", metadata: { name } }),
    );
    expect(selvedge(["can", "-q", "-f", "-", "a", "b:80"], pods.join("\n---\n"))).toEqual({
      status: 0,
      stdout: "",
      stderr: "",
    });
  });

  it("counts the kinds that it does not read", () => {
    const file = fileWith(
      "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: c}\n",
    );
    const { status, stderr } = selvedge(["can", "-f", file, "a", "a:80"]);
    expect({ status, stderr }).toEqual({
      status: 0,
      stderr: "selvedge: 1 object of other kinds ignored: ConfigMap (1)\n",
    });
  });
});

describe("bad input ends with 2, one clear message, and no answer", () => {
  const policy = (spec: string): string =>
    `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: p\nspec:\n${spec}`;

  it.each([
    ["malformed YAML", "kind: Pod\nmetadata: {name: [a\n", /manifest\.yaml:\d+:\d+: /],
    ["a duplicate key", "kind: Pod\nkind: Pod\n", /manifest\.yaml:2:1: .*line 1/],
    [
      "an invalid policy",
      policy("  podSelector: {}\n  ingress:\n  - ports:\n    - port: 80\n      endPort: 70\n"),
      /manifest\.yaml:10:\d+: NetworkPolicy default\/p: spec\.ingress\[0\]\.ports\[0\]\.endPort: Invalid value/,
    ],
    [
      "an except outside its block",
      policy(
        "  podSelector: {}\n  ingress:\n  - from:\n    - ipBlock: {cidr: 10.0.0.0/8, except: [11.0.0.0/16]}\n",
      ),
      /manifest\.yaml:9:\d+: NetworkPolicy default\/p: spec\.ingress\[0\]\.from\[0\]\.ipBlock\.except\[0\]: Invalid value: "11\.0\.0\.0\/16"/,
    ],
  ])("%s", (_what, text, message) => {
    const { status, stdout, stderr } = selvedge(["can", "-f", fileWith(text), "a", "b:80"]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
    expect(stderr).not.toMatch(/\n\s+at /);
  });

  it.each([
    ["a missing file", ["-f", "nowhere.yaml", "a", "b:80"], /nowhere\.yaml: no such file/],
    ["no cluster at all", ["--kubeconfig", "nowhere", "a", "b:80"], /no cluster to ask .*no such file/],
    [
      "an unknown pod",
      [...shop, "shop/nobody", "shop/api:80"],
      /no pod or workload shop\/nobody \(there are .*shop\/api/,
    ],
    ["no port", [...shop, "shop/front", "shop/api"], /want END:PORT\[\/PROTO\]/],
    ["a port out of range", [...shop, "shop/front", "shop/api:65536"], /want 1 to 65535/],
    [
      "an unknown port name",
      [...shop, "shop/front", "shop/api:nope"],
      /shop\/api has no TCP port named nope/,
    ],
    ["an unknown protocol", [...shop, "shop/front", "shop/api:80/ICMP"], /protocol ICMP is none of/],
  ])("%s", (_what, args, message) => {
    const { status, stdout, stderr } = selvedge(["can", ...args]);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });
});
