/* Bugs that other implementations of NetworkPolicy have had, each with the test that would have caught it here. */
import { expect, test } from "vitest";
import { compile } from "../../src/core/compile.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { nodeProgram } from "../../src/core/node-program.ts";
import type { EgressRule, IngressRule, NetworkPolicySpec } from "../../src/core/network-policy.ts";
import { groupSet, namedPortSet } from "../../src/render/names.ts";
import { ask, cluster, pod, pods, policy } from "../support/scenario.ts";

const web = { matchLabels: { app: "web" } };
const client = { matchLabels: { app: "client" } };
const toWeb = (...ingress: IngressRule[]) => cluster([policy({ podSelector: web, ingress })]);
const fromClient = (...egress: EgressRule[]) =>
  cluster([policy({ podSelector: client, policyTypes: ["Egress"], egress })]);

test("except merged across the peers of a rule", () => {
  const asked = toWeb({
    from: [
      { ipBlock: { cidr: "10.0.0.0/29", except: ["10.0.0.4/30"] } },
      { ipBlock: { cidr: "10.0.0.4/30", except: ["10.0.0.5/32"] } },
    ],
  });
  expect(ask(asked, "shop/client -> shop/web TCP 80")).toBe("allowed");
  expect(ask(asked, "bank/client -> shop/web TCP 80")).toBe("allowed");
  expect(ask(asked, "bank/teller -> shop/web TCP 80")).toBe("denied");
});

test("named ports sharing one address map across names", () => {
  const two = pod("shop/two", {
    labels: { app: "two" },
    ips: ["10.0.0.9"],
    ports: { "dns/TCP": 53, "http/TCP": 80 },
  });
  const egress = [
    { to: [{ podSelector: web }], ports: [{ port: "http" }] },
    { to: [{ podSelector: { matchLabels: { app: "two" } } }], ports: [{ port: "dns" }] },
  ];
  const asked = cluster([policy({ podSelector: client, policyTypes: ["Egress"], egress })], {
    pods: [...pods, two],
  });
  expect(ask(asked, "shop/client -> shop/two TCP 53")).toBe("allowed");
  expect(ask(asked, "shop/client -> shop/two TCP 80")).toBe("denied");
  expect(ask(asked, "shop/client -> shop/web TCP 8080")).toBe("allowed");
});

test("an egress named port without `to` allowed to any destination", () => {
  const asked = fromClient({ ports: [{ port: "http" }] });
  expect(ask(asked, "shop/client -> shop/web TCP 8080")).toBe("allowed");
  expect(ask(asked, "shop/client -> shop/db TCP 9090")).toBe("allowed");
  for (const to of ["bank/teller", "203.0.113.9", "n2"]) {
    expect(ask(asked, `shop/client -> ${to} TCP 8080`)).toBe("denied");
    expect(ask(asked, `shop/client -> ${to} TCP 9090`)).toBe("denied");
  }
});

test("::/0 and 0.0.0.0/0 narrowed", () => {
  const asked = toWeb(
    { from: [{ ipBlock: { cidr: "::/0" } }], ports: [{ port: 1 }] },
    { from: [{ ipBlock: { cidr: "0.0.0.0/0" } }], ports: [{ port: 2 }] },
  );
  for (const source of ["::1:0:1", "4000::1", "8000::1", "ffff::ffff"])
    expect(ask(asked, `${source} -> fd00::1 TCP 1`)).toBe("allowed");
  for (const source of ["1.2.3.4", "127.255.255.255", "128.0.0.0", "255.255.255.255"])
    expect(ask(asked, `${source} -> 10.0.0.1 TCP 2`)).toBe("allowed");
  const holed = toWeb({ from: [{ ipBlock: { cidr: "::/0", except: ["fd00::3/128"] } }] });
  expect(ask(holed, "fd00::3 -> fd00::1 TCP 1")).toBe("denied");
  expect(ask(holed, "8000::1 -> fd00::1 TCP 1")).toBe("allowed");
});

test("echo-request passing default-deny", () => {
  const asked = cluster([policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })]);
  expect(ask(asked, "bank/teller -> shop/web ICMP")).toBe("denied");
  expect(ask(asked, "bank/teller -> shop/web ICMP over IPv6")).toBe("denied");
  expect(ask(asked, "shop/web -> 203.0.113.9 ICMP")).toBe("denied");
});

test('names made from namespace + name without a separator: "a" + "bc" = "ab" + "c"', () => {
  const inNamespace = (namespace: string, name: string, port: number) => ({
    namespace,
    name,
    spec: { podSelector: {}, ingress: [{ ports: [{ port }] }] },
  });
  const asked = cluster([inNamespace("a", "bc", 80), inNamespace("ab", "c", 443)], {
    pods: [pod("a/one", { ips: ["10.0.0.1"] }), pod("ab/two", { ips: ["10.0.0.2"] })],
  });
  const { classes } = nodeProgram(compile(asked), "n1", livePods(asked.pods));
  expect(new Set(classes.map(({ id }) => id)).size).toBe(2);
  expect(ask(asked, "203.0.113.9 -> a/one TCP 80")).toBe("allowed");
  expect(ask(asked, "203.0.113.9 -> ab/two TCP 80")).toBe("denied");
  const names = [
    groupSet("IPv4", "abc"),
    namedPortSet("IPv4", "a", { protocol: "TCP", name: "bc" }),
    namedPortSet("IPv4", "ab", { protocol: "TCP", name: "c" }),
    namedPortSet("IPv4", "ab", { protocol: "UDP", name: "c" }),
    namedPortSet("IPv6", "ab", { protocol: "TCP", name: "c" }),
  ];
  expect(new Set(names).size).toBe(names.length);
});

test("a policy with a named port rejected whole, its pods left open", () => {
  const asked = toWeb({ ports: [{ port: "nobody-has-it" }] }, { ports: [{ port: 443 }] });
  expect(ask(asked, "shop/client -> shop/web TCP 80")).toBe("denied");
  expect(ask(asked, "shop/client -> shop/web TCP 443")).toBe("allowed");
});

test("ingress: [] read as allow-all", () => {
  expect(ask(toWeb(), "shop/client -> shop/web TCP 80")).toBe("denied");
});

test("v4-only rules leaving v6 open", () => {
  const asked = toWeb({ from: [{ ipBlock: { cidr: "10.0.0.0/8" } }] });
  expect(ask(asked, "shop/client -> shop/web TCP 80")).toBe("allowed");
  expect(ask(asked, "shop/client -> shop/web TCP 80 over IPv6")).toBe("denied");
});

test("an invalid selector failing open", () => {
  expect(ask(cluster([policy("invalid")]), "bank/client -> shop/db TCP 80")).toBe("denied");
  const contradiction = {
    matchLabels: { app: "web" },
    matchExpressions: [{ key: "app", operator: "DoesNotExist" as const }],
  };
  const asked = toWeb({ from: [{ podSelector: contradiction }] });
  expect(ask(asked, "shop/client -> shop/web TCP 80")).toBe("denied");
});

test("finished pods' addresses still matched", () => {
  const spec: NetworkPolicySpec = { podSelector: web, ingress: [{ from: [{ podSelector: client }] }] };
  const job = pod("shop/job", { labels: { app: "client" }, ips: ["10.0.0.9"], finished: true });
  expect(ask(cluster([policy(spec)], { pods: [...pods, job] }), "10.0.0.9 -> shop/web TCP 80")).toBe(
    "denied",
  );
});
