/*
 * One test for each row of docs/semantics.md, named after it. Each question goes to core/evaluate and through
 * the rendered rules of both nodes; `ask` fails where the two differ.
 */
import { describe, expect, test } from "vitest";
import type { Cluster } from "../../src/core/compile.ts";
import type {
  EgressRule,
  IngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from "../../src/core/network-policy.ts";
import { must } from "../support/must.ts";
import { ask, cluster, namespaces, pod, pods, policy } from "../support/scenario.ts";

const web = { matchLabels: { app: "web" } };
const client = { matchLabels: { app: "client" } };

const ingress = (...rules: IngressRule[]): Cluster => cluster([policy({ podSelector: web, ingress: rules })]);
const egress = (...rules: EgressRule[]): Cluster =>
  cluster([policy({ podSelector: client, policyTypes: ["Egress"], egress: rules })]);
const from = (...peers: NetworkPolicyPeer[]): Cluster => ingress({ from: peers });
const onPorts = (...ports: NetworkPolicyPort[]): Cluster => ingress({ ports });

/** What a cluster answers to each question. */
const answers = (asked: Cluster, ...questions: string[]): Record<string, string> =>
  Object.fromEntries(questions.map((question) => [question, ask(asked, question)]));

/** Expects exactly these questions to be answered with yes, and those with no. */
function expectAllowed(asked: Cluster, allowed: readonly string[], denied: readonly string[]): void {
  const expected = [...allowed.map((each) => [each, "allowed"]), ...denied.map((each) => [each, "denied"])];
  expect(answers(asked, ...allowed, ...denied)).toEqual(Object.fromEntries(expected));
}

describe("who is isolated", () => {
  test("podSelector {}: every pod of the policy's namespace, and of no other", () => {
    expectAllowed(
      cluster([policy({ podSelector: {} })]),
      ["shop/client -> bank/teller TCP 80"],
      ["bank/client -> shop/web TCP 80", "bank/client -> shop/db TCP 80", "shop/web -> shop/client TCP 80"],
    );
  });

  test("policyTypes absent: Ingress always; Egress iff there is at least one egress rule", () => {
    const out = "shop/client -> bank/teller TCP 80";
    const inward = "bank/teller -> shop/client TCP 80";
    expectAllowed(cluster([policy({ podSelector: client })]), [out], [inward]);
    expectAllowed(cluster([policy({ podSelector: client, egress: [] })]), [out], [inward]);
    expectAllowed(
      cluster([policy({ podSelector: client, egress: [{ ports: [{ port: 1 }] }] })]),
      [],
      [out, inward],
    );
    expectAllowed(cluster([policy({ podSelector: client, policyTypes: [] })]), [out], [inward]);
  });

  test("policyTypes present: those directions only, whatever rules there are", () => {
    const out = "shop/client -> bank/teller TCP 80";
    const inward = "bank/teller -> shop/client TCP 80";
    expectAllowed(
      cluster([policy({ podSelector: client, policyTypes: ["Egress"], ingress: [] })]),
      [inward],
      [out],
    );
    expectAllowed(
      cluster([policy({ podSelector: client, policyTypes: ["Ingress"], egress: [{ to: [{}] }] })]),
      [out],
      [inward],
    );
  });

  test("direction isolated, rules absent or []: allow nothing in that direction", () => {
    const inward = ["shop/client -> shop/web TCP 80", "203.0.113.9 -> shop/web ICMP"];
    expectAllowed(cluster([policy({ podSelector: web, policyTypes: ["Ingress"] })]), [], inward);
    expectAllowed(ingress(), [], inward);
    expectAllowed(egress(), [], ["shop/client -> shop/web TCP 80", "shop/client -> 203.0.113.9 UDP 53"]);
  });

  test("other nodes, hostNetwork pods: a hostNetwork pod is never a subject, selectors never match it, its node's address may be in an ipBlock", () => {
    const host = pod("shop/host", {
      labels: { app: "web" },
      ips: ["192.168.0.2"],
      node: "n2",
      hostNetwork: true,
    });
    const withHost = { pods: [...pods, host] };
    const isolated = cluster([policy({ podSelector: {} })], withHost);
    expectAllowed(isolated, ["203.0.113.9 -> n2 TCP 80"], ["n2 -> shop/web TCP 80"]);
    const selected = cluster(
      [policy({ podSelector: {}, ingress: [{ from: [{ podSelector: web }] }] })],
      withHost,
    );
    expectAllowed(selected, ["shop/web -> shop/client TCP 80"], ["n2 -> shop/web TCP 80"]);
    const block = { ipBlock: { cidr: "192.168.0.2/32" } };
    expectAllowed(from(block), ["n2 -> shop/web TCP 80"], ["n2 -> shop/web TCP 80 over IPv6"]);
  });

  test("pod phase Succeeded/Failed, no IP: no subject, no peer", () => {
    const gone = pod("shop/gone", { labels: { app: "client" }, ips: ["10.0.0.9"], finished: true });
    const unborn = pod("shop/unborn", { labels: { app: "client" } });
    const asked = cluster([policy({ podSelector: {}, ingress: [{ from: [{ podSelector: client }] }] })], {
      pods: [...pods, gone, unborn],
    });
    expectAllowed(asked, ["203.0.113.9 -> 10.0.0.9 TCP 80"], ["10.0.0.9 -> shop/web TCP 80"]);
  });

  test("duplicate IP: the newest running pod has it", () => {
    const old = pod("shop/old", { labels: { app: "client" }, ips: ["10.0.0.9"], createdAt: 1 });
    const young = pod("shop/young", { labels: { app: "intruder" }, ips: ["10.0.0.9"], createdAt: 2 });
    const done = pod("shop/done", {
      labels: { app: "intruder" },
      ips: ["10.0.0.9"],
      createdAt: 3,
      finished: true,
    });
    const asked = (extra: typeof pods): Cluster =>
      cluster([policy({ podSelector: web, ingress: [{ from: [{ podSelector: client }] }] })], {
        pods: [...pods, ...extra],
      });
    expectAllowed(asked([old, young]), [], ["10.0.0.9 -> shop/web TCP 80"]);
    expectAllowed(asked([young, old]), [], ["10.0.0.9 -> shop/web TCP 80"]);
    expectAllowed(asked([old, done]), ["10.0.0.9 -> shop/web TCP 80"], []);
  });
});

describe("peers", () => {
  test("rule {}; from/to absent or []: any source or destination, inside or outside the cluster", () => {
    const inward = [
      "bank/teller -> shop/web TCP 80",
      "203.0.113.9 -> shop/web ICMP",
      "2001:db8::9 -> fd00::1 UDP 1",
      "n2 -> shop/web TCP 1",
    ];
    expectAllowed(ingress({}), inward, []);
    expectAllowed(ingress({ from: [] }), inward, []);
    const out = [
      "shop/client -> bank/teller TCP 80",
      "shop/client -> 203.0.113.9 ICMP",
      "fd00::3 -> 2001:db8::9 UDP 1",
    ];
    expectAllowed(egress({}), out, []);
    expectAllowed(egress({ to: [] }), out, []);
  });

  test("namespaceSelector + podSelector in one peer: AND; two list items: OR", () => {
    const bank = { matchLabels: { team: "bank" } };
    const [both, pods, teller] = ["bank/client", "shop/client", "bank/teller"].map(
      (who) => `${who} -> shop/web TCP 80`,
    );
    const denied = "shop/db -> shop/web TCP 80";
    expectAllowed(
      from({ namespaceSelector: bank, podSelector: client }),
      [`${both}`],
      [`${pods}`, `${teller}`, denied],
    );
    expectAllowed(
      from({ namespaceSelector: bank }, { podSelector: client }),
      [`${both}`, `${pods}`, `${teller}`],
      [denied],
    );
  });

  test("podSelector alone: the policy's own namespace; empty namespaceSelector: all namespaces", () => {
    const own = "shop/client -> shop/web TCP 80";
    const other = "bank/client -> shop/web TCP 80";
    const stranger = "203.0.113.9 -> shop/web TCP 80";
    expectAllowed(from({ podSelector: client }), [own], [other, stranger]);
    expectAllowed(from({ podSelector: {} }), [own], [other, stranger]);
    expectAllowed(from({ namespaceSelector: {} }), [own, other], [stranger]);
    expectAllowed(
      from({ namespaceSelector: {}, podSelector: client }),
      [own, other],
      ["bank/teller -> shop/web TCP 80"],
    );
  });

  test("ipBlock: except subtracts from its own peer only; it matches pod IPs too", () => {
    const [low, high] = ["10.0.0.2 -> shop/web TCP 80", "10.0.0.4 -> shop/web TCP 80"];
    const holed = { ipBlock: { cidr: "10.0.0.0/29", except: ["10.0.0.4/30"] } };
    expectAllowed(from(holed), [low], [high]);
    expectAllowed(
      from(holed, { ipBlock: { cidr: "10.0.0.4/32" } }),
      [low, high],
      ["10.0.0.5 -> shop/web TCP 80"],
    );
    expectAllowed(from(holed, { namespaceSelector: { matchLabels: { team: "bank" } } }), [low, high], []);
  });

  test("peer {}: invalid: matches nothing", () => {
    expectAllowed(from({}), [], ["shop/client -> shop/web TCP 80", "203.0.113.9 -> shop/web TCP 80"]);
    expectAllowed(
      from({}, { podSelector: client }),
      ["shop/client -> shop/web TCP 80"],
      ["shop/db -> shop/web TCP 80"],
    );
  });

  test("NotIn, DoesNotExist: match objects that lack the key; expressions AND matchLabels", () => {
    const select = (podSelector: NetworkPolicyPeer["podSelector"]): Cluster => from({ podSelector });
    const [front, plain] = ["shop/client -> shop/web TCP 80", "shop/db -> shop/web TCP 80"];
    expectAllowed(
      select({ matchExpressions: [{ key: "tier", operator: "NotIn", values: ["front"] }] }),
      [plain],
      [front],
    );
    expectAllowed(
      select({ matchExpressions: [{ key: "tier", operator: "NotIn", values: ["back"] }] }),
      [plain, front],
      [],
    );
    expectAllowed(
      select({ matchExpressions: [{ key: "tier", operator: "DoesNotExist" }] }),
      [plain],
      [front],
    );
    expectAllowed(select({ matchExpressions: [{ key: "tier", operator: "Exists" }] }), [front], [plain]);
    const and = {
      matchLabels: { app: "client" },
      matchExpressions: [{ key: "tier", operator: "DoesNotExist" as const }],
    };
    expectAllowed(select(and), [], [front, plain]);
    expectAllowed(
      from({ namespaceSelector: {}, podSelector: and }),
      ["bank/client -> shop/web TCP 80"],
      [front],
    );
  });

  test("a namespace that has not been seen is matched by the empty selector only", () => {
    const blind = (namespaceSelector: NetworkPolicyPeer["namespaceSelector"]): Cluster =>
      cluster([policy({ podSelector: web, ingress: [{ from: [{ namespaceSelector }] }] })], {
        namespaces: namespaces.filter(({ name }) => name !== "bank"),
      });
    const question = "bank/client -> shop/web TCP 80";
    expectAllowed(blind({}), [question], []);
    expectAllowed(
      blind({ matchExpressions: [{ key: "team", operator: "NotIn", values: ["shop"] }] }),
      [],
      [question],
    );
  });
});

describe("ports", () => {
  const to = (flow: string): string => `shop/client -> shop/web ${flow}`;

  test("ports absent or []: every port of every protocol", () => {
    const all = ["TCP 1", "UDP 65535", "SCTP 80", "ICMP"].map(to);
    expectAllowed(ingress({}), all, []);
    expectAllowed(onPorts(), all, []);
  });

  test("port entry without port: every port of that protocol", () => {
    expectAllowed(
      onPorts({ protocol: "UDP" }),
      ["UDP 1", "UDP 65535"].map(to),
      ["TCP 80", "SCTP 80", "ICMP"].map(to),
    );
  });

  test("port 0, which no rule can name: passes where every port of its protocol does", () => {
    expectAllowed(
      onPorts({ protocol: "TCP" }),
      ["shop/client -> shop/web TCP 0"],
      ["shop/client -> shop/web UDP 0"],
    );
    expectAllowed(
      onPorts({ port: 80 }),
      ["shop/web -> shop/client TCP 0"],
      ["shop/client -> shop/web TCP 0"],
    );
  });

  test("protocol absent: TCP", () => {
    expectAllowed(onPorts({ port: 80 }), [to("TCP 80")], ["UDP 80", "SCTP 80", "TCP 81", "TCP 79"].map(to));
    expectAllowed(onPorts({}), ["TCP 1", "TCP 65535"].map(to), ["UDP 80", "ICMP"].map(to));
  });

  test("endPort: the range, both ends included", () => {
    expectAllowed(
      onPorts({ port: 80, endPort: 90 }),
      ["TCP 80", "TCP 85", "TCP 90"].map(to),
      ["TCP 79", "TCP 91", "UDP 85"].map(to),
    );
  });

  test("named port: by name and protocol, on the destination pod; pods may differ; no such port: matches nothing", () => {
    expectAllowed(onPorts({ port: "http" }), [to("TCP 8080")], ["TCP 9090", "UDP 8080", "TCP 80"].map(to));
    expectAllowed(onPorts({ port: "http", protocol: "UDP" }), [], ["UDP 8080", "TCP 8080"].map(to));
    expectAllowed(onPorts({ port: "nobody" }), [], ["TCP 8080", "UDP 53"].map(to));
    expectAllowed(
      egress({ to: [{ podSelector: {} }], ports: [{ port: "http" }] }),
      ["shop/client -> shop/web TCP 8080", "shop/client -> shop/db TCP 9090"],
      [
        "shop/client -> shop/web TCP 9090",
        "shop/client -> shop/db TCP 8080",
        "shop/client -> bank/teller TCP 8080",
      ],
    );
  });

  test("named port of pods side by side, isolated by the same policies, each by its own number", () => {
    const [one, two] = [8080, 9090].map((port, i) =>
      pod(`shop/twin-${i}`, {
        labels: { app: "web" },
        ips: [`10.0.0.${8 + i}`],
        ports: { "http/TCP": port },
      }),
    );
    const twins = cluster([policy({ podSelector: web, ingress: [{ ports: [{ port: "http" }] }] })], {
      pods: [...pods, must(one), must(two)],
    });
    expectAllowed(
      twins,
      ["shop/client -> shop/twin-0 TCP 8080", "shop/client -> shop/twin-1 TCP 9090"],
      ["shop/client -> shop/twin-0 TCP 9090", "shop/client -> shop/twin-1 TCP 8080"],
    );
  });

  test("named port towards an ipBlock: on the pods whose addresses the block holds", () => {
    for (const cidr of ["10.0.0.0/31", "0.0.0.0/0"]) {
      expectAllowed(
        egress({ to: [{ ipBlock: { cidr } }], ports: [{ port: "http" }] }),
        ["shop/client -> shop/web TCP 8080"],
        [
          "shop/client -> shop/web TCP 9090",
          "shop/client -> shop/web TCP 8080 over IPv6",
          "shop/client -> bank/teller TCP 8080",
          "shop/client -> 10.0.0.0 TCP 8080",
        ],
      );
    }
    const but = { cidr: "10.0.0.0/24", except: ["10.0.0.1/32"] };
    expectAllowed(
      egress({ to: [{ ipBlock: but }], ports: [{ port: "http" }] }),
      ["shop/client -> shop/db TCP 9090"],
      ["shop/client -> shop/web TCP 8080"],
    );
  });

  test("ICMP and other protocols: pass only where a rule has no ports", () => {
    const every = (["TCP", "UDP", "SCTP"] as const).map((protocol) => ({ protocol }));
    expectAllowed(onPorts(...every), ["TCP 80", "UDP 80", "SCTP 80"].map(to), [
      to("ICMP"),
      `${to("ICMP")} over IPv6`,
    ]);
    expectAllowed(
      from({ podSelector: client }),
      [to("ICMP"), `${to("ICMP")} over IPv6`],
      ["shop/db -> shop/web ICMP"],
    );
  });
});

describe("verdicts", () => {
  test("several policies: union, per direction; a connection needs both ends' leave", () => {
    const one = policy({ podSelector: web, ingress: [{ ports: [{ port: 80 }] }] }, "one");
    const two = policy({ podSelector: {}, ingress: [{ ports: [{ port: 443 }] }] }, "two");
    const out = policy(
      { podSelector: client, policyTypes: ["Egress"], egress: [{ ports: [{ port: 443 }] }] },
      "out",
    );
    const way = (port: number): string => `shop/client -> shop/web TCP ${port}`;
    expectAllowed(cluster([one, two]), [way(80), way(443)], [way(81), "shop/client -> shop/db TCP 80"]);
    expectAllowed(cluster([one, out]), [], [way(80), way(443)]);
    expectAllowed(cluster([one, two, out]), [way(443)], [way(80)]);
  });

  test("pod to itself: always allowed", () => {
    expectAllowed(
      cluster([policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })]),
      ["shop/web -> shop/web TCP 80", "shop/web -> shop/web ICMP over IPv6", "shop/db -> shop/db UDP 53"],
      ["shop/web -> shop/db TCP 80"],
    );
  });

  test("the pod's own node, either way: always allowed, whatever the address; other nodes are not exempt", () => {
    expectAllowed(
      cluster([policy({ podSelector: {}, policyTypes: ["Ingress", "Egress"] })]),
      ["n1 -> shop/web TCP 80", "shop/web -> n1 UDP 53", "n2 -> shop/db ICMP over IPv6"],
      ["n2 -> shop/web TCP 80", "shop/web -> n2 UDP 53", "n1 -> shop/db ICMP over IPv6"],
    );
  });

  test("dual stack: a policy isolates both families, even if its rules speak of one", () => {
    const [v4, v6] = ["shop/client -> shop/web TCP 80", "shop/client -> shop/web TCP 80 over IPv6"];
    expectAllowed(from({ ipBlock: { cidr: "0.0.0.0/0" } }), [v4], [v6]);
    expectAllowed(from({ ipBlock: { cidr: "::/0" } }), [v6], [v4]);
  });

  test("an invalid rule: dropped alone", () => {
    expectAllowed(
      cluster([policy({ podSelector: web, ingress: ["invalid", { ports: [{ port: 443 }] }] })]),
      ["shop/client -> shop/web TCP 443"],
      ["shop/client -> shop/web TCP 80"],
    );
    const onlyInvalid = policy({ podSelector: client, egress: ["invalid"] });
    expectAllowed(cluster([onlyInvalid]), [], ["shop/client -> shop/web TCP 80"]);
  });

  test("an invalid policy: isolates its subjects and allows nothing", () => {
    expectAllowed(
      cluster([policy("invalid")]),
      ["bank/client -> bank/teller TCP 80"],
      ["shop/client -> bank/teller TCP 80", "bank/client -> shop/web TCP 80"],
    );
  });
});
