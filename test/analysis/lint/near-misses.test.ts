import { describe, expect, it } from "vitest";
import { manifests, namespace, pod, policy, service } from "../../../src/analysis/lint/example.ts";
import { codesIn, lintText } from "./lint-text.ts";

const web = pod("shop/web", "app: web, tier: front", "{name: http, containerPort: 80}");
const api = pod("shop/api", "app: api, tier: back", "{name: http, containerPort: 8080}");
const ops = namespace("ops", "team: ops");
const prometheus = pod("ops/prometheus", "app: prometheus");
const openOps = policy("ops/all", "podSelector: {}\npolicyTypes: [Ingress]\ningress: [{}]");

const ingress = (rules: string, subject = ""): string =>
  policy("shop/api", `podSelector: {${subject}}\npolicyTypes: [Ingress]\ningress:\n${rules}`);
const egress = (rules: string, types = "[Egress]"): string =>
  policy("shop/out", `podSelector: {}${types === "" ? "" : `\npolicyTypes: ${types}`}\negress:\n${rules}`);
const fromPods = (selector: string): string => ingress(`  - from:\n      - podSelector: {${selector}}`);
const dns = [
  namespace("kube-system", "kubernetes.io/metadata.name: kube-system"),
  pod(
    "kube-system/coredns",
    "k8s-app: kube-dns",
    "{name: dns, containerPort: 53, protocol: UDP}, {name: dns-tcp, containerPort: 53}",
  ),
];
const dnsIngress = (rules: string): string =>
  policy("kube-system/dns", `podSelector: {}\npolicyTypes: [Ingress]\ningress:\n${rules}`);
const toEverywhere = "  - {}";

const expressions = (...each: string[]): string => `matchExpressions: [${each.join(", ")}]`;

it.each<[what: string, codes: string[], objects: string[]]>([
  ["a subject that no pod is", ["NP101", "NP402"], [web, api, ingress("  - {}", "matchLabels: {app: db}")]],
  ["a near value is offered, and it is no key", ["NP101"], [web, api, fromPods("matchLabels: {app: wbe}")]],
  [
    "a namespace that only a selector names",
    ["NP101"],
    [
      web,
      api,
      ingress("  - from:\n      - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: ops}}"),
    ],
  ],
  [
    "NotIn of a value that nobody has matches",
    [],
    [web, api, fromPods(expressions("{key: app, operator: NotIn, values: [db]}"))],
  ],
  [
    "exists, and does not",
    ["NP102"],
    [web, api, fromPods(expressions("{key: app, operator: Exists}", "{key: app, operator: DoesNotExist}"))],
  ],
  [
    "a label and an expression that disagree",
    ["NP102"],
    [
      web,
      api,
      fromPods(`matchLabels: {app: web}, ${expressions("{key: app, operator: In, values: [api]}")}`),
    ],
  ],
  [
    "In, but for one of them, leaves some",
    [],
    [
      web,
      api,
      fromPods(
        expressions(
          "{key: app, operator: In, values: [web, api]}",
          "{key: app, operator: NotIn, values: [api]}",
        ),
      ),
    ],
  ],
  ["own pods bear the labels, too", [], [web, api, prometheus, openOps, fromPods("matchLabels: {app: web}")]],
  [
    "own namespace beside another",
    [],
    [
      ops,
      web,
      api,
      prometheus,
      openOps,
      ingress("  - from:\n      - namespaceSelector: {matchLabels: {team: ops}}\n      - podSelector: {}"),
    ],
  ],
  [
    "a bare selector first, namespaces after",
    ["NP104"],
    [
      ops,
      web,
      api,
      prometheus,
      openOps,
      ingress(
        "  - from:\n      - podSelector: {matchLabels: {app: prometheus}}\n      - namespaceSelector: {matchLabels: {team: ops}}",
      ),
    ],
  ],
  [
    "two items whose AND would be nobody",
    [],
    [
      ops,
      web,
      api,
      prometheus,
      openOps,
      ingress(
        "  - from:\n      - namespaceSelector: {matchLabels: {team: ops}}\n      - podSelector: {matchLabels: {app: web}}",
      ),
    ],
  ],
  [
    "a misspelt key under NotIn, which then shuts out nobody",
    ["NP105"],
    [web, api, fromPods(expressions("{key: teir, operator: NotIn, values: [back]}"))],
  ],
  [
    "a key that nobody has and that is near to none",
    ["NP101"],
    [web, api, fromPods("matchLabels: {release: stable}")],
  ],
  [
    "a key behind another prefix",
    ["NP105"],
    [web, api, fromPods("matchLabels: {app.kubernetes.io/app: web}")],
  ],
  [
    "a condition twice",
    ["NP105"],
    [web, api, fromPods(`matchLabels: {app: web}, ${expressions("{key: app, operator: Exists}")}`)],
  ],
  [
    "Exists beside NotIn says more",
    [],
    [
      web,
      api,
      fromPods(expressions("{key: app, operator: Exists}", "{key: app, operator: NotIn, values: [api]}")),
    ],
  ],
  ["a named port that every pod has", [], [web, api, ingress("  - ports: [{port: http}]")]],
  ["a named port that no pod has", ["NP201"], [web, api, ingress("  - ports: [{port: https}]")]],
  [
    "a named port to anywhere",
    [],
    [web, api, egress("  - ports: [{port: https}, {port: 53, protocol: UDP}, {port: 53}]")],
  ],
  [
    "a port that pods listen on under both protocols",
    [],
    [
      pod("shop/dns", "app: dns", "{containerPort: 53, protocol: UDP}, {containerPort: 53}"),
      ingress("  - ports: [{port: 53}]"),
    ],
  ],
  [
    "TCP, said out loud",
    [],
    [
      pod("shop/dns", "app: dns", "{containerPort: 53, protocol: UDP}"),
      ingress("  - ports: [{port: 53, protocol: TCP}]"),
    ],
  ],
  [
    "UDP beside the default",
    [],
    [
      pod("shop/dns", "app: dns", "{containerPort: 53, protocol: UDP}"),
      ingress("  - ports: [{port: 53}, {port: 53, protocol: UDP}]"),
    ],
  ],
  [
    "a Service's port that the pods do listen on",
    [],
    [
      web,
      service("shop/web", "app: web", "{port: 80, targetPort: 8080}"),
      ingress("  - ports: [{port: 80}]"),
    ],
  ],
  [
    "a Service's port beside its target",
    [],
    [
      api,
      service("shop/api", "app: api", "{port: 80, targetPort: http}"),
      ingress("  - ports: [{port: 80}, {port: http}]"),
    ],
  ],
  [
    "a Service's port on the way out",
    ["NP204"],
    [
      web,
      api,
      service("shop/api", "app: api", "{port: 443, targetPort: http}"),
      egress(
        "  - to: [{podSelector: {matchLabels: {app: api}}}]\n    ports: [{port: 443}]\n  - ports: [{port: 53}, {port: 53, protocol: UDP}]",
      ),
    ],
  ],
  [
    "DNS that lets everybody in",
    ["NP402"],
    [...dns, ops, prometheus, dnsIngress("  - from: [{namespaceSelector: {}}]")],
  ],
  [
    "DNS that lets in its own namespace alone",
    ["NP205", "NP402"],
    [...dns, ops, prometheus, dnsIngress("  - from: [{podSelector: {}}]")],
  ],
  [
    "DNS that lets everybody in over UDP alone",
    ["NP205", "NP402"],
    [...dns, ops, prometheus, dnsIngress("  - ports: [{port: 53, protocol: UDP}]")],
  ],
  ["DNS over UDP alone", ["NP205"], [web, api, egress("  - ports: [{port: 53, protocol: UDP}]")]],
  [
    "no egress at all, on purpose",
    [],
    [web, policy("shop/closed", "podSelector: {}\npolicyTypes: [Egress]")],
  ],
  ["addresses that may be DNS's", [], [web, egress("  - to: [{ipBlock: {cidr: 10.96.0.0/12}}]")]],
  [
    "DNS on the node",
    ["NP402"],
    [
      web,
      pod("kube-system/node-local-dns", "k8s-app: node-local-dns"),
      egress("  - to: [{podSelector: {}}]"),
    ],
  ],
  [
    "the same labels by another operator",
    ["NP301"],
    [
      web,
      api,
      ingress(
        `  - from: [{podSelector: {matchLabels: {app: web}}}]\n  - from: [{podSelector: {${expressions("{key: app, operator: In, values: [web]}")}}}]`,
      ),
    ],
  ],
  [
    "one more port",
    [],
    [
      web,
      api,
      ingress(
        "  - from: [{podSelector: {matchLabels: {app: web}}}]\n    ports: [{port: 80}]\n  - from: [{podSelector: {matchLabels: {app: web}}}]\n    ports: [{port: 80}, {port: 81}]",
      ).replace("    ports: [{port: 80}]\n", "    ports: [{port: 82}]\n"),
    ],
  ],
  [
    "the last egress rule isolates",
    [],
    [
      web,
      api,
      policy("shop/all", `podSelector: {}\npolicyTypes: [Ingress]\ningress: [{}]`),
      policy("shop/out", "podSelector: {}\npolicyTypes: [Egress]\negress: [{}]"),
    ],
  ],
  [
    "a default deny beside a policy for some",
    [],
    [
      web,
      api,
      policy("shop/deny", "podSelector: {}\npolicyTypes: [Ingress]"),
      ingress("  - {}", "matchLabels: {app: api}"),
    ],
  ],
  [
    "a default deny beside a policy for all",
    ["NP302"],
    [web, api, policy("shop/deny", "podSelector: {}\npolicyTypes: [Ingress]"), ingress("  - {}")],
  ],
  [
    "IPv4 only in a cluster of IPv4",
    [],
    [
      web.replace("spec:", "status: {podIPs: [{ip: 10.0.0.1}]}\nspec:"),
      ingress("  - from: [{ipBlock: {cidr: 0.0.0.0/0}}]"),
    ],
  ],
  [
    "empty rules of a direction that is left out",
    [],
    [web, policy("shop/in", "podSelector: {}\npolicyTypes: [Ingress]\negress: []")],
  ],
  [
    "a pod of the host in a namespace that is selected whole",
    ["NP403"],
    [web, pod("shop/agent", "app: agent", "", "hostNetwork: true, "), ingress("  - {}")],
  ],
  [
    "a peer that only a hostNetwork pod is",
    ["NP403"],
    [
      web,
      pod("shop/agent", "app: agent", "", "hostNetwork: true, "),
      ingress("  - from: [{podSelector: {matchLabels: {app: agent}}}]", "matchLabels: {app: web}"),
    ],
  ],
  ["an everywhere egress", [], [web, egress(toEverywhere)]],
])("%s: %j", (_what, codes, objects) => {
  expect(codesIn(manifests(...objects))).toEqual(codes);
});

describe("a rule that isolates by being there", () => {
  // Without policyTypes, a policy isolates egress only while it has an egress rule.
  const covered = (types: string): string =>
    manifests(
      web,
      policy("shop/one", `podSelector: {matchLabels: {app: web}}\negress:\n  - to: [{podSelector: {}}]`),
      types,
    );

  it("is not redundant while nobody else isolates its pods", () => {
    const both =
      "  - to: [{podSelector: {matchLabels: {app: web}}}]\n  - to: [{podSelector: {matchLabels: {app: web}}}]";
    const codes = lintText(manifests(web, egress(both, ""))).filter(({ code }) => code === "NP301");
    expect(codes.map(({ field }) => field)).toEqual(["spec.egress[1]"]);
  });

  it("leaves one of two such policies to isolate", () => {
    const other = policy("shop/two", "podSelector: {}\negress:\n  - to: [{podSelector: {}}]");
    const found = lintText(covered(other)).filter(({ code }) => code.startsWith("NP3"));
    expect(found.map(({ object }) => object)).toEqual(["NetworkPolicy shop/one"]);
  });
});

describe("places", () => {
  it.each([
    ["NP101", fromPods("matchLabels: {app: frontend}"), "{matchLabels"],
    ["NP105", fromPods("matchLabels: {teir: front}"), "front}"],
    ["NP201", ingress("  - ports:\n      - port: https"), "https"],
    ["NP401", policy("shop/in", "podSelector: {}\npolicyTypes: [Ingress]\negress: [{}]"), "[Ingress]"],
    [
      "NP303",
      ingress("  - from:\n      - ipBlock: {cidr: 10.0.0.0/8, except: [10.0.0.0/9, 10.128.0.0/9]}"),
      "[10.0.0.0/9",
    ],
  ])("%s stands at the very value", (code, object, value) => {
    const text = manifests(web, api, object);
    const found = lintText(text).find((each) => each.code === code);
    const rest = text.split("\n")[(found?.line ?? 0) - 1]?.slice((found?.column ?? 0) - 1);
    expect(rest?.slice(0, value.length)).toBe(value);
  });
});
