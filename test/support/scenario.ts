/* Small clusters and questions to them, for tests that people read. */
import { addressBook } from "../../src/core/address-book.ts";
import { type Address, type Family, parseAddress } from "../../src/core/address.ts";
import type { NamedPort, Namespace, Pod } from "../../src/core/cluster.ts";
import { type Cluster, compile } from "../../src/core/compile.ts";
import { evaluate } from "../../src/core/evaluate.ts";
import { livePods } from "../../src/core/live-pods.ts";
import type { NetworkPolicy, NetworkPolicySpec } from "../../src/core/network-policy.ts";
import { type Flow, protocols } from "../../src/core/traffic.ts";
import { nodes } from "./arbitrary/addresses.ts";
import { bitsOfAddress } from "./bits.ts";
import { must } from "./must.ts";
import { endAt } from "./naive/ends.ts";
import { backends } from "./backends.ts";
import { arrives, checkpoints, packetsOf } from "./packet-interpreter.ts";
import { rulesetOf } from "./transition.ts";

const address = (text: string): Address => must(parseAddress(text), `address, not ${text}`);

/** What a test says of a pod; the rest is as most pods are. */
export interface PodTraits extends Partial<Omit<Pod, "namespace" | "name" | "addresses" | "ports">> {
  readonly ips?: readonly string[];
  /** Port numbers by `name/protocol`. */
  readonly ports?: Readonly<Record<string, number>>;
}

const namedPort = ([key, port]: [string, number]): NamedPort => {
  const [name = "", protocol] = key.split("/");
  return {
    name,
    protocol: must(
      protocols.find((each) => each === protocol),
      "protocol",
    ),
    port,
  };
};

/** A running pod on node n1. `key` is `namespace/name`. */
export function pod(key: string, { ips = [], ports = {}, ...traits }: PodTraits): Pod {
  const [namespace = "", name = ""] = key.split("/");
  return {
    namespace,
    name,
    labels: {},
    addresses: ips.map(address),
    ports: Object.entries(ports).map(namedPort),
    node: "n1",
    hostNetwork: false,
    finished: false,
    createdAt: 0,
    ...traits,
  };
}

export const namespaces: readonly Namespace[] = [
  { name: "shop", labels: { team: "shop", "kubernetes.io/metadata.name": "shop" } },
  { name: "bank", labels: { team: "bank", "kubernetes.io/metadata.name": "bank" } },
];

/** `shop` has a web server, a database and a client; `bank` has a client and a teller. Half of them on either node. */
export const pods: readonly Pod[] = [
  pod("shop/web", {
    labels: { app: "web" },
    ips: ["10.0.0.1", "fd00::1"],
    ports: { "http/TCP": 8080, "dns/UDP": 53 },
  }),
  pod("shop/db", {
    labels: { app: "db" },
    ips: ["10.0.0.2", "fd00::2"],
    ports: { "http/TCP": 9090 },
    node: "n2",
  }),
  pod("shop/client", { labels: { app: "client", tier: "front" }, ips: ["10.0.0.3", "fd00::3"] }),
  pod("bank/client", { labels: { app: "client" }, ips: ["10.0.0.4", "fd00::4"], node: "n2" }),
  pod("bank/teller", { labels: { app: "teller" }, ips: ["10.0.0.5", "fd00::5"] }),
];

/** A policy in namespace `shop`. */
export const policy = (spec: NetworkPolicySpec | "invalid", name = "policy"): NetworkPolicy => ({
  namespace: "shop",
  name,
  spec,
});

/** The cluster above with these policies, and perhaps other pods or namespaces in place of its own. */
export const cluster = (policies: readonly NetworkPolicy[], other: Partial<Cluster> = {}): Cluster => ({
  namespaces,
  pods,
  ...other,
  policies,
});

interface Question {
  readonly source: Address;
  readonly destination: Address;
  readonly flow: Flow;
}

function resolve(word: string, family: Family, { pods }: Cluster): Address {
  const owners = pods.map(({ namespace, name, addresses }) => ({ key: `${namespace}/${name}`, addresses }));
  const everybody = [...owners, ...nodes.map(({ name, addresses }) => ({ key: name, addresses }))];
  const found = everybody.find(({ key }) => key === word);
  if (found === undefined) return address(word);
  if (found.addresses === "unknown") throw new Error(`${word} has no known address`);
  return must(
    found.addresses.find((each) => each.family === family),
    `${family} address of ${word}`,
  );
}

function parseQuestion(text: string, cluster: Cluster): Question {
  const [, from = "", to = "", protocol = "", port = "", family] =
    /^(\S+) -> (\S+) (TCP|UDP|SCTP|ICMP)(?: (\d+))?(?: over (IPv4|IPv6))?$/.exec(text) ?? [];
  const over: Family = family === "IPv6" ? "IPv6" : "IPv4";
  const named = protocols.find((each) => each === protocol);
  return {
    source: resolve(from, over, cluster),
    destination: resolve(to, over, cluster),
    flow: named === undefined ? { protocol: "other" } : { protocol: named, port: Number(port) },
  };
}

/**
 * Asks `shop/client -> shop/web TCP 80 over IPv6` (IPv4 where nothing is said; a node or an address may stand at either
 * end) of `core/evaluate` and of the rules of both nodes as each backend has them, which must not differ.
 */
export function ask(cluster: Cluster, text: string): "allowed" | "denied" {
  const { source, destination, flow } = parseQuestion(text, cluster);
  const book = addressBook(livePods(cluster.pods), nodes);
  const { family } = source;
  const judged = evaluate(compile(cluster), {
    source: book(source),
    destination: book(destination),
    family,
    flow,
  });
  const [from, to] = [source, destination].map((each) => endAt(bitsOfAddress(each), cluster, nodes));
  const places = checkpoints(must(from), must(to));
  const enforced = backends.flatMap(({ layout, judgeWith }) => {
    const judges = nodes.map(
      ({ name }) => [name, judgeWith(rulesetOf(cluster, name, undefined, undefined, layout))] as const,
    );
    return packetsOf(flow, must(from), must(to)).map((packet) =>
      arrives(new Map(judges), places, packet) ? "allowed" : "denied",
    );
  });
  if (judged === "depends" || enforced.some((verdict) => verdict !== judged))
    throw new Error(`${text}: evaluate says ${judged}, the rules say ${enforced.join(", ")}`);
  return judged;
}
