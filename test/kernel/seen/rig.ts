import { compile } from "../../../src/core/compile.ts";
import { addressBook } from "../../../src/core/address-book.ts";
import type { DenialView } from "../../../src/daemon/denials/explain-denial.ts";
import type { EnforcerBackend } from "../../../src/lab/backend.ts";
import { bitsOf } from "../../support/bits.ts";
import type { Packet } from "../../support/netfilter/packet.ts";
import { cluster, pod, policy } from "../../support/scenario.ts";
import { enforce } from "../oracle/enforce.ts";
import { packetBytes } from "../oracle/packet-bytes.ts";
import { NODE, type Probe, Wire } from "../oracle/wire.ts";
import { rulesetFor } from "../ruleset-for.ts";

/** The same ends in both families, by address. */
export const ends = [
  { family: "IPv4", web: "10.0.0.1", client: "10.0.0.2", stranger: "203.0.113.9" },
  { family: "IPv6", web: "fd00::1", client: "fd00::2", stranger: "2001:db8::9" },
] as const;

const pods = [
  pod("shop/web", { ips: ["10.0.0.1", "fd00::1"], labels: { app: "web" }, node: NODE }),
  pod("shop/client", { ips: ["10.0.0.2", "fd00::2"], labels: { app: "client" }, node: "n2" }),
];

const client = [{ podSelector: { matchLabels: { app: "client" } } }];

/** Two policies isolate the web server; its rules tell the client from strangers, and ports from each other. */
const web = policy(
  {
    podSelector: { matchLabels: { app: "web" } },
    ingress: [
      { from: client, ports: [{ protocol: "UDP", port: 53 }] },
      { ports: [{ protocol: "UDP", port: 99 }] },
    ],
  },
  "web",
);
const CLUSTER = cluster([web, policy({ podSelector: {} }, "default-deny")], { pods });

/** What explains denials of this cluster. */
export const view: DenialView = { program: compile(CLUSTER), owner: addressBook(pods, []) };

/** A kernel of one's own that enforces the cluster. */
export async function seenWire(backend: EnforcerBackend): Promise<Wire> {
  const wire = await Wire.open();
  await enforce(wire, backend, rulesetFor(backend, CLUSTER, NODE));
  return wire;
}

/** One UDP datagram, of a connection that is new. */
export const udp = (source: string, destination: string, port: number): Probe => {
  const packet: Packet = {
    source: bitsOf(source),
    destination: bitsOf(destination),
    protocol: "udp",
    port,
    state: "NEW",
    hasLocalSource: false,
  };
  return { way: "routed", packets: (payload, id) => [packetBytes(packet, { id, payload })] };
};

export const times = <T>(count: number, item: T): T[] => Array.from({ length: count }, () => item);
