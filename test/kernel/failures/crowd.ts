import type { Pod } from "../../../src/core/cluster.ts";
import type { Cluster } from "../../../src/core/compile.ts";
import type { Ruleset } from "../../../src/render/ruleset.ts";
import { pod } from "../../support/scenario.ts";

export const MEMBERS = 100_000;
export const BLOCKS = 10_000;
const LOCAL_PODS = 500;

/** As long as Kubernetes lets names be. */
const NAMESPACE = "n".repeat(63);
const POLICY = `${"p".repeat(61)}.`.repeat(4).slice(0, 253 - 3);
const POD = `${"q".repeat(61)}.`.repeat(4).slice(0, 253 - 6);

const address = (base: string, i: number): string => `${base}.${i >> 8}.${i & 255}`;

const peer = (i: number): Pod =>
  pod(`${NAMESPACE}/peer${i}`, {
    labels: { role: "peer" },
    ips: [
      `10.${100 + (i >> 16)}.${(i >> 8) & 255}.${i & 255}`,
      `fd00:1::${(i >> 16).toString(16)}:${(i & 0xffff).toString(16)}`,
    ],
    node: "n2",
  });

/** A cluster of many, whose names are as long as may be, with a node `n1`. */
export function crowd(): Cluster {
  const local = Array.from({ length: LOCAL_PODS }, (_, i) =>
    pod(`${NAMESPACE}/${POD}${i}`, {
      labels: { role: "server", shard: `${i % 20}` },
      ips: [address("10.244", i), `fd00:2::${i.toString(16)}`],
      ports: { "a-long-portname/TCP": 8000 + i },
    }),
  );
  const blocks = Array.from({ length: BLOCKS }, (_, i) => ({
    ipBlock: { cidr: `172.${16 + (i >> 12)}.${(i >> 4) & 255}.${(i & 15) << 4}/29` },
  }));
  const shards = Array.from({ length: 20 }, (_, i) => ({
    namespace: NAMESPACE,
    name: `${POLICY}-${i}`,
    spec: {
      podSelector: { matchLabels: { shard: `${i}` } },
      ingress: [
        { from: [{ podSelector: { matchLabels: { role: "peer" } } }], ports: [{ port: "a-long-portname" }] },
      ],
    },
  }));
  const outwards = {
    namespace: NAMESPACE,
    name: POLICY,
    spec: {
      podSelector: { matchLabels: { role: "server" } },
      policyTypes: ["Egress" as const],
      egress: [{ to: blocks }, { to: [{ podSelector: {} }], ports: [{ port: "a-long-portname" }] }],
    },
  };
  return {
    namespaces: [{ name: NAMESPACE, labels: {} }],
    pods: [...local, ...Array.from({ length: MEMBERS }, (_, i) => peer(i))],
    policies: [...shards, outwards],
  };
}

/** The ruleset without one member of its biggest set. */
export function withoutOne(wanted: Ruleset): Ruleset {
  const { sets } = wanted.IPv4;
  const [biggest = ["", undefined]] = [...sets].toSorted(([, a], [, b]) => b.entries.size - a.entries.size);
  const [name, set] = biggest;
  if (set === undefined) throw new Error("the crowd has sets");
  const entries = new Set([...set.entries].slice(1));
  return { ...wanted, IPv4: { ...wanted.IPv4, sets: new Map([...sets, [name, { ...set, entries }]]) } };
}
