/* Everything that a cluster's policies can tell apart, by one representative each. */
import type { Cluster } from "../../src/core/compile.ts";
import type { IPBlock, NetworkPolicyPeer, NetworkPolicyPort } from "../../src/core/network-policy.ts";
import type { Node } from "../../src/core/cluster.ts";
import { type Flow, protocols } from "../../src/core/traffic.ts";
import { type Bits, bitsOfAddress, following, prefixOf } from "./bits.ts";

interface AnyRule {
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
}

function rulesOf({ policies }: Cluster): AnyRule[] {
  return policies.flatMap(({ spec }) => {
    if (spec === "invalid") return [];
    const ingress = (spec.ingress ?? []).map((rule) =>
      rule === "invalid" ? {} : { peers: rule.from, ports: rule.ports },
    );
    const egress = (spec.egress ?? []).map((rule) =>
      rule === "invalid" ? {} : { peers: rule.to, ports: rule.ports },
    );
    return [...ingress, ...egress].map(({ peers = [], ports = [] }) => ({ peers, ports }));
  });
}

/** Where a port list says something new: the first port of each stretch. */
export function portAtoms(cluster: Cluster): number[] {
  const starts = new Set([1]);
  const cut = (first: number, last: number): void => {
    starts.add(first);
    starts.add(last + 1);
  };
  for (const { ports } of rulesOf(cluster)) {
    for (const { port, endPort } of ports) if (typeof port === "number") cut(port, endPort ?? port);
  }
  for (const { ports } of cluster.pods) for (const { port } of ports) cut(port, port);
  return [...starts].filter((port) => port <= 65_535).sort((a, b) => a - b);
}

/** One flow for each stretch of ports and each protocol, and one of none of them. */
export function flowAtoms(cluster: Cluster): Flow[] {
  const ports = portAtoms(cluster);
  return [
    ...protocols.flatMap((protocol) => ports.map((port): Flow => ({ protocol, port }))),
    { protocol: "other" },
  ];
}

const cidrsOf = ({ cidr, except = [] }: IPBlock): string[] => [cidr, ...except];

/** The first address of each stretch of one family that no block, pod or node divides; 32 or 128 bits wide. */
export function addressAtoms(cluster: Cluster, nodes: readonly Node[], width: 32 | 128): Bits[] {
  const starts = new Set<Bits>(["0".repeat(width)]);
  const cut = (first: Bits, last: Bits): void => {
    starts.add(first);
    const next = following(last);
    if (next !== undefined) starts.add(next);
  };
  for (const { ipBlock } of rulesOf(cluster).flatMap(({ peers }) => peers)) {
    for (const { prefix, width: bits } of (ipBlock === undefined ? [] : cidrsOf(ipBlock)).map(prefixOf)) {
      if (bits === width) cut(prefix.padEnd(width, "0"), prefix.padEnd(width, "1"));
    }
  }
  const owned = [...cluster.pods, ...nodes].flatMap(({ addresses }) =>
    addresses === "unknown" ? [] : addresses,
  );
  for (const bits of owned.map(bitsOfAddress)) if (bits.length === width) cut(bits, bits);
  return [...starts].sort();
}
