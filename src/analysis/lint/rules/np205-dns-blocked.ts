import { type Policy, policyKey } from "../../../core/policy.ts";
import { podEnd } from "../../../core/end.ts";
import { isolatingPolicies } from "../../../core/evaluate.ts";
import { podName } from "../destinations.ts";
import { type Dns, blockedDns, clusterDns } from "../dns.ts";
import { manifests, namespace, pod, policy, service } from "../example.ts";
import type { LintContext } from "../lint-context.ts";
import type { LintPod } from "../lint-input.ts";
import type { Hit, LintRule } from "../lint-rule.ts";
import { counted, list } from "../words.ts";

interface Blocked {
  readonly pods: LintPod[];
  readonly by: readonly Policy[];
  readonly protocols: readonly string[];
}

function hits(context: LintContext): Hit[] {
  const dns = clusterDns(context);
  if (dns === undefined) return [];
  const groups = new Map<string, Blocked>();
  for (const each of context.live) {
    const by = isolatingPolicies(dns.program, podEnd(each.pod), "egress");
    // Without a single rule all egress is closed on purpose, DNS with it.
    if (by.every(({ rules }) => rules.egress.length === 0)) continue;
    const protocols = blockedDns(dns, each.pod, "egress");
    if (protocols.length === 0) continue;
    const key = [...by.map(policyKey), ...protocols].join(" ");
    const group = groups.get(key) ?? { pods: [], by, protocols };
    group.pods.push(each);
    groups.set(key, group);
  }
  const where = dns.isAssumed
    ? "kube-dns, which is taken to be in kube-system"
    : list(dns.servers.map(({ pod: server }) => `${server.namespace}/${server.name}`));
  return [
    ...[...groups.values()].flatMap((group) => hit(context, group, where)),
    ...shutServers(context, dns, where),
  ];
}

/** Whoever's egress leads to the servers, and whom their own ingress lets not in. */
function shutServers(context: LintContext, dns: Dns, where: string): Hit[] {
  // Of a server that nobody wrote down nobody wrote down who may ask it, either.
  if (dns.isAssumed) return [];
  const by = [
    ...new Set(dns.servers.flatMap(({ pod }) => isolatingPolicies(dns.program, podEnd(pod), "ingress"))),
  ];
  const keys = by.map(policyKey);
  const at = context.policies.find(({ policy: { namespace: ns, name } }) => keys.includes(`${ns}/${name}`));
  if (at === undefined) return [];
  const shut = context.live.flatMap((each) => {
    const isClosed = isolatingPolicies(dns.program, podEnd(each.pod), "egress");
    if (isClosed.length > 0 && isClosed.every(({ rules }) => rules.egress.length === 0)) return [];
    const protocols = blockedDns(dns, each.pod, "ingress");
    return protocols.length === 0 ? [] : [{ pod: each, protocols }];
  });
  return [...Map.groupBy(shut, ({ protocols }) => protocols.join(" or "))].map(([protocols, all]): Hit => {
    const names = `${counted(all.length, "pod")} (${list(all.map(({ pod: asking }) => podName(asking)))})`;
    return {
      at,
      path: ["spec", "ingress"],
      severity: protocols.startsWith("UDP") ? "error" : "warning",
      message: `${names} cannot ask DNS: ingress to ${where} is isolated by ${list(keys)}, and no rule allows ${protocols} from there`,
      label: "nothing here lets them in",
      help: "allow port 53, UDP and TCP, from everywhere in the cluster: `namespaceSelector: {}`",
    };
  });
}

function hit(context: LintContext, { pods, by, protocols }: Blocked, where: string): Hit[] {
  const keys = by.map(policyKey);
  const rulesOf = by.find(({ rules }) => rules.egress.length > 0);
  const at = context.policies.find(
    ({ policy: { namespace: ns, name } }) =>
      `${ns}/${name}` === (rulesOf === undefined ? "" : policyKey(rulesOf)),
  );
  if (at === undefined) return [];
  const isAll = protocols.length === 2;
  const names = `${counted(pods.length, "pod")} (${list(pods.map(podName))})`;
  return [
    {
      at,
      path: ["spec", "egress"],
      severity: isAll || protocols[0] === "UDP" ? "error" : "warning",
      message: `${names} cannot ask DNS${isAll ? "" : ` over ${protocols[0]}`}: egress is isolated by ${list(keys)}, and no rule allows ${protocols.join(" or ")} to ${where}`,
      label: isAll
        ? "nothing here leads to DNS"
        : `DNS needs ${protocols[0]}, too${protocols[0] === "TCP" ? ": large answers are asked for again over it" : ""}`,
      help: "allow port 53, UDP and TCP, to `k8s-app: kube-dns` in namespace kube-system, for all pods of the namespace at best",
    },
  ];
}

const around = [
  namespace("kube-system", "kubernetes.io/metadata.name: kube-system"),
  pod(
    "kube-system/coredns",
    "k8s-app: kube-dns",
    "{name: dns, containerPort: 53, protocol: UDP}, {name: dns-tcp, containerPort: 53}",
  ),
  service(
    "kube-system/kube-dns",
    "k8s-app: kube-dns",
    "{name: dns, port: 53, protocol: UDP, targetPort: dns}, {name: dns-tcp, port: 53, targetPort: dns-tcp}",
  ),
  policy("kube-system/dns", "podSelector: {}\npolicyTypes: [Ingress]\ningress: [{}]"),
  pod("shop/web", "app: web"),
  pod("shop/api", "app: api"),
];
const toApi =
  "podSelector: {}\npolicyTypes: [Egress]\negress:\n  - to:\n      - podSelector: {matchLabels: {app: api}}";

export const np205: LintRule = {
  code: "NP205",
  name: "dns-blocked",
  severity: "error",
  summary: "A pod's egress is isolated, and none of its rules leads to the cluster's DNS.",
  explanation: `The first egress policy of a namespace breaks name resolution, and everything else with it. Asked exactly, of every pod that
some egress policy isolates: may it reach the DNS servers, over UDP, and over TCP, which large answers need?

Of every pod whose egress leads there: do the servers' own ingress policies let it in?

The servers are the pods behind the Service \`kube-system/kube-dns\`, on its target ports, else pods with the label
\`k8s-app: kube-dns\`; where there are none here, one is taken to be where every installer puts it. With node-local DNS
(\`k8s-app: node-local-dns\`) pods ask their own node, which policies never close, so nothing is said. Nor is it said of pods
whose egress policies have no rules at all: those are closed on purpose.`,
  bad: manifests(...around, policy("shop/egress", toApi)),
  good: manifests(
    ...around,
    policy(
      "shop/egress",
      `${toApi}
  - to:
      - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: kube-system}}
        podSelector: {matchLabels: {k8s-app: kube-dns}}
    ports:
      - {port: 53, protocol: UDP}
      - {port: 53, protocol: TCP}`,
    ),
  ),
  check: hits,
};
