import type { Pod } from "../../../src/core/cluster.ts";
import type { Cluster } from "../../../src/core/compile.ts";
import type { NetworkPolicy, NetworkPolicySpec } from "../../../src/core/network-policy.ts";
import { cluster, pod, policy } from "../../support/scenario.ts";
import { NODE } from "../oracle/wire.ts";

/** One change, there and back. */
export interface Update {
  readonly name: string;
  readonly from: Cluster;
  readonly to: Cluster;
}

const onNode = (key: string, digit: number, app: string): Pod =>
  pod(key, {
    ips: [`10.0.0.${digit}`, `fd00::${digit}`],
    labels: { app },
    node: NODE,
    ports: { "http/TCP": 80 },
  });
const elsewhere = (key: string, digit: number, app: string): Pod =>
  pod(key, {
    ips: [`10.0.1.${digit}`, `fd00:0:0:1::${digit}`],
    labels: { app },
    node: "n2",
    ports: { "http/TCP": 80 },
  });

const web = onNode("shop/web", 1, "web");
const client = onNode("shop/client", 2, "client");
const peer = elsewhere("shop/peer", 3, "client");
const stray = elsewhere("shop/stray", 12, "stray");
const pods = [web, client, peer, stray];

/** The ends between which packets are sent, in either family. */
export const ends: readonly (readonly [string, string])[] = [
  ["10.0.0.1", "fd00::1"],
  ["10.0.0.2", "fd00::2"],
  ["10.0.1.3", "fd00:0:0:1::3"],
  ["10.0.1.12", "fd00:0:0:1::12"],
  // Cut by one digit, the stray's address is this one's: nobody allows it anything.
  ["10.0.1.1", "fd00:0:0:1::1"],
  ["203.0.113.9", "2001:db8::9"],
];

const only = (type: "Ingress" | "Egress"): NetworkPolicySpec => ({ podSelector: {}, policyTypes: [type] });
const ofWeb = (rest: Omit<NetworkPolicySpec, "podSelector">): NetworkPolicySpec => ({
  podSelector: { matchLabels: { app: "web" } },
  ...rest,
});
const clients = [{ podSelector: { matchLabels: { app: "client" } } }];
const clientsOnly = policy(ofWeb({ ingress: [{ from: clients, ports: [{ port: 80 }] }] }), "clients-only");
const byName = policy(
  ofWeb({
    policyTypes: ["Ingress", "Egress"],
    ingress: [{ from: [{ ipBlock: { cidr: "203.0.113.0/24", except: ["203.0.113.128/25"] } }] }],
    egress: [{ to: clients, ports: [{ port: "http" }] }],
  }),
  "by-name",
);

const severalForOnePort = policy(
  ofWeb({
    ingress: [
      { from: [{ podSelector: { matchLabels: { app: "stray" } } }], ports: [{ port: 80 }, { port: 443 }] },
      { from: [{ ipBlock: { cidr: "203.0.113.0/24" } }], ports: [{ port: 80 }, { port: 443 }] },
    ],
  }),
  "several-for-one-port",
);

const having = (...policies: readonly NetworkPolicy[]): Cluster => cluster(policies, { pods });
const relabelled = (before: Pod, app: string): readonly Pod[] =>
  pods.map((each) => (each === before ? { ...each, labels: { app } } : each));

const crowd = (size: number): readonly Pod[] => [
  ...pods,
  ...Array.from({ length: size }, (_, i) =>
    pod(`shop/crowd-${i}`, { ips: [`10.0.0.${i + 20}`], labels: { app: "crowd" }, node: NODE }),
  ),
];

const clientsTo = (protocol: "TCP" | "UDP", port: number): NetworkPolicy =>
  policy(ofWeb({ ingress: [{ from: clients, ports: [{ protocol, port }] }] }), "clients-to");

export const updates: readonly Update[] = [
  {
    name: "rules and peers change at once: more than one plan",
    from: cluster([clientsTo("TCP", 80)], { pods }),
    to: cluster([clientsTo("UDP", 53)], {
      pods: [web, client, { ...peer, labels: { app: "stray" } }, { ...stray, labels: { app: "client" } }],
    }),
  },
  {
    name: "a policy is turned the other way round",
    from: having(policy(only("Ingress"))),
    to: having(policy(only("Egress"))),
  },
  { name: "a policy comes and goes", from: having(), to: having(clientsOnly) },
  {
    name: "a second policy joins: another class",
    from: having(clientsOnly),
    to: having(clientsOnly, byName),
  },
  {
    name: "rules for the same ports come and go",
    from: having(clientsOnly),
    to: having(clientsOnly, severalForOnePort),
  },
  {
    name: "a policy's blocks change",
    from: having(policy(ofWeb({ ingress: [{ from: [{ ipBlock: { cidr: "203.0.113.0/24" } }] }] }))),
    to: having(
      policy(ofWeb({ ingress: [{ from: [{ ipBlock: { cidr: "10.0.1.0/24", except: ["10.0.1.1/32"] } }] }] })),
    ),
  },
  {
    name: "a peer of another node comes and goes",
    from: having(clientsOnly, byName),
    to: cluster([clientsOnly, byName], { pods: relabelled(stray, "client") }),
  },
  {
    name: "a pod of this node is relabelled, and isolated no more",
    from: having(clientsOnly),
    to: cluster([clientsOnly], { pods: relabelled(web, "free") }),
  },
  {
    name: "so many isolated pods that the address trie grows a level",
    from: cluster([policy(only("Ingress"))], { pods: crowd(13) }),
    to: cluster([policy(only("Ingress"))], { pods: crowd(16) }),
  },
];

/** What a node holds that starts for the first time. */
export const firstStart: Cluster = having(clientsOnly, byName);
