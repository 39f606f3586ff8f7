import { type Address, type Family, formatAddress, parseAddress } from "../../src/core/address.ts";
import type { Pod } from "../../src/core/cluster.ts";
import type { Cluster } from "../../src/core/compile.ts";
import type { NetworkPolicy, NetworkPolicyPeer } from "../../src/core/network-policy.ts";
import type { Direction } from "../../src/core/policy.ts";
import type { NodeAddressing } from "../../src/lab/addressing.ts";

/** How many pods are on the node, and how many policies in the cluster; a policy has `RULES` rules. */
export interface Size {
  readonly pods: number;
  readonly policies: number;
}

export const RULES = 5;

/** The cluster has so many applications, a pod of each on the node at most; policies go round them. */
const APPS = 250;

/** The namespace of every pod and policy. */
export const NAMESPACE = "bench";

const FIRST_PORT = 8000;
const KEYS = 10;
const TEAMS = 5;

/** The three ingress and two egress rules of a policy: each lets some teams in, or out to them; together all of them. */
const RULE_TEAMS: readonly { readonly direction: Direction; readonly teams: readonly number[] }[] = [
  { direction: "ingress", teams: [0, 1] },
  { direction: "ingress", teams: [2, 3] },
  { direction: "ingress", teams: [4] },
  { direction: "egress", teams: [0, 1, 2] },
  { direction: "egress", teams: [3, 4] },
];

/** A policy in the terms of whoever renders it: pods by their place in `Scenario.pods`. */
export interface PlainPolicy {
  readonly name: string;
  readonly subjects: readonly number[];
  readonly port: number;
  readonly rules: readonly { readonly direction: Direction; readonly peers: readonly number[] }[];
}

/** A node's pods and the cluster's policies, in every form that a contestant needs. */
export interface Scenario {
  readonly size: Size;
  readonly cluster: Cluster;
  readonly pods: readonly Pod[];
  readonly policies: readonly PlainPolicy[];
  /** What is sent: allowed by every contestant, at both ends, and by no rule in particular. */
  flows(family: Family): readonly Flow[];
}

export interface Flow {
  readonly source: string;
  readonly destination: string;
  readonly port: number;
}

/** Pods differ in ten labels, in five ways each, so that policies name many groups and not one over and over. */
const teamOf = (app: number, key: number): number => Math.floor(app / (key + 1) + app * key) % TEAMS;

const parsed = (text: string): Address => {
  const address = parseAddress(text);
  if (address === undefined) throw new Error(`no address: ${text}`);
  return address;
};

function podOf(node: NodeAddressing, app: number): Pod {
  const host = app + 2;
  const teams = Array.from({ length: KEYS }, (_, key): [string, string] => [
    `k${key}`,
    `t${teamOf(app, key)}`,
  ]);
  return {
    namespace: NAMESPACE,
    name: `pod-${app}`,
    labels: { app: `a${app}`, ...Object.fromEntries(teams) },
    addresses: [
      parsed(node.podCidrs.v4.replace(/\.0\/24$/, `.${host}`)),
      parsed(node.podCidrs.v6.replace(/::\/64$/, `::${host.toString(16)}`)),
    ],
    ports: [],
    node: node.name,
    hostNetwork: false,
    finished: false,
    createdAt: 0,
  };
}

/** Policy number `i`: of application `i mod 250`, with a port of its own among those of that application. */
function policyOf(i: number): NetworkPolicy {
  const key = i % KEYS;
  const peer = (teams: readonly number[]): NetworkPolicyPeer => ({
    podSelector: {
      matchExpressions: [{ key: `k${key}`, operator: "In", values: teams.map((team) => `t${team}`) }],
    },
  });
  const ports = [{ protocol: "UDP" as const, port: portOf(i) }];
  const ingress = RULE_TEAMS.filter(({ direction }) => direction === "ingress");
  const egress = RULE_TEAMS.filter(({ direction }) => direction === "egress");
  return {
    namespace: NAMESPACE,
    name: `policy-${i}`,
    spec: {
      podSelector: { matchLabels: { app: `a${i % APPS}` } },
      policyTypes: ["Ingress", "Egress"],
      ingress: ingress.map(({ teams }) => ({ from: [peer(teams)], ports })),
      egress: egress.map(({ teams }) => ({ to: [peer(teams)], ports })),
    },
  };
}

const layerOf = (i: number): number => Math.floor(i / APPS);
const portOf = (i: number): number => FIRST_PORT + layerOf(i);

function plainOf(i: number, pods: number): PlainPolicy {
  const all = Array.from({ length: pods }, (_, app) => app);
  return {
    name: `policy-${i}`,
    subjects: all.filter((app) => app === i % APPS),
    port: portOf(i),
    rules: RULE_TEAMS.map(({ direction, teams }) => ({
      direction,
      peers: all.filter((app) => teams.includes(teamOf(app, i % KEYS))),
    })),
  };
}

/** How many pairs of pods and ports there are, at most. */
export const FLOWS = 256;

/** Primes to the numbers of pods, so that sources and destinations go through all of them in many pairs. */
const STRIDES = { source: 7, destination: 3 } as const;

/** The measured size on a node: all that is sent goes from an isolated pod to an isolated pod. */
export function scenario(size: Size, node: NodeAddressing): Scenario {
  if (size.pods > APPS) throw new Error(`a node has ${APPS} pods at most here, not ${size.pods}`);
  const pods = Array.from({ length: size.pods }, (_, app) => podOf(node, app));
  const numbers = Array.from({ length: size.policies }, (_, i) => i);
  const isolated = Math.min(size.pods, size.policies);
  const address = (app: number, family: Family): string => {
    const addresses = pods[app]?.addresses ?? "unknown";
    const found = addresses === "unknown" ? undefined : addresses.find((each) => each.family === family);
    if (found === undefined) throw new Error(`pod ${app} has no ${family} address`);
    return formatAddress(found);
  };
  const layersOf = (app: number): number => Math.ceil((size.policies - app) / APPS);
  const flow = (number: number, family: Family): Flow | undefined => {
    const source = (number * STRIDES.source + Math.floor(number / isolated)) % isolated;
    const destination = (number * STRIDES.destination + 1) % isolated;
    if (source === destination) return undefined;
    const layer = number % Math.min(layersOf(source), layersOf(destination));
    return {
      source: address(source, family),
      destination: address(destination, family),
      port: FIRST_PORT + layer,
    };
  };
  return {
    size,
    pods,
    policies: numbers.map((i) => plainOf(i, size.pods)),
    cluster: {
      namespaces: [{ name: NAMESPACE, labels: { "kubernetes.io/metadata.name": NAMESPACE } }],
      pods,
      policies: numbers.map(policyOf),
    },
    // Each once: a flow that is sent twice is not new.
    flows: (family) => {
      const drawn = Array.from({ length: FLOWS }, (_, number) => flow(number, family) ?? []).flat();
      return [...new Map(drawn.map((each) => [Object.values(each).join(" "), each])).values()];
    },
  };
}
