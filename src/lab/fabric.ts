import { execOrThrow, prefixExec } from "../kernel/exec.ts";
import {
  NODE_NETWORK,
  NODE_ROUTER,
  OUTSIDE_ADDRESSES,
  OUTSIDE_NETWORK,
  OUTSIDE_ROUTER,
  type DualStack,
  type NodeAddressing,
} from "./addressing.ts";
import { FAMILIES, type Family } from "./backend.ts";
import type { LabContext } from "./context.ts";
import { inNetns } from "./enter.ts";
import { netnsPath, netnsPrefix } from "./names.ts";

const FORWARDING = "echo 1 >/proc/sys/net/ipv4/ip_forward; echo 1 >/proc/sys/net/ipv6/conf/all/forwarding";

/**
 * Shell that turns duplicate address detection off where nobody else is. Not for the addresses alone, which
 * have `nodad`: a router whose link-local address is still tentative cannot ask for its neighbours, and
 * forwards nothing for a second.
 */
const NO_DAD =
  "echo 0 >/proc/sys/net/ipv6/conf/all/accept_dad; echo 0 >/proc/sys/net/ipv6/conf/default/accept_dad";

/** The network namespaces of the fabric and of the host outside the cluster. */
export function fabricNetns(lab: string): { readonly fabric: string; readonly outside: string } {
  const prefix = netnsPrefix(lab);
  return { fabric: `${prefix}fabric`, outside: `${prefix}outside` };
}

/** The network namespace of a node. */
export function nodeNetns(lab: string, node: NodeAddressing): string {
  return `${netnsPrefix(lab)}${node.name}`;
}

/** `ip -batch` lines for the fabric: the nodes' bridge, a leg to the outside, routes to the pods. */
function fabricLinks(lab: string, nodes: readonly NodeAddressing[]): string[] {
  const { outside } = fabricNetns(lab);
  return [
    "link set lo up",
    "link add br0 type bridge",
    ...addresses(NODE_ROUTER, NODE_NETWORK, "br0"),
    "link set br0 up",
    ...nodes.flatMap((node) => [
      `link add ${node.name} type veth peer name eth0 netns ${nodeNetns(lab, node)}`,
      `link set ${node.name} master br0 up`,
    ]),
    `link add outside type veth peer name eth0 netns ${outside}`,
    ...addresses(OUTSIDE_ROUTER, OUTSIDE_NETWORK, "outside"),
    "link set outside up",
    // As a router beside the cluster would: whoever is outside may speak to a pod by its own address.
    ...nodes.flatMap((node) =>
      FAMILIES.map((family) => `route add ${node.podCidrs[family]} via ${node.addresses[family]}`),
    ),
  ];
}

/** `ip -batch` lines for the host outside. */
function outsideLinks(): string[] {
  return [
    "link set lo up",
    ...OUTSIDE_ADDRESSES.flatMap((pair) => addresses(pair, OUTSIDE_NETWORK, "eth0")),
    "link set eth0 up",
    ...FAMILIES.map((family) => `route add default via ${OUTSIDE_ROUTER[family]}`),
  ];
}

/** `ip -batch` lines for a node's place on the fabric. */
export function underlayLinks(node: NodeAddressing): string[] {
  return [
    "link set lo up",
    ...addresses(node.addresses, NODE_NETWORK, "eth0"),
    "link set eth0 up",
    ...FAMILIES.map((family) => `route add default via ${NODE_ROUTER[family]}`),
  ];
}

/** Names every network namespace of the lab. */
export async function createNamespaces(lab: LabContext, nodes: readonly NodeAddressing[]): Promise<void> {
  const { fabric, outside } = fabricNetns(lab.name);
  const names = [fabric, outside, ...nodes.map((node) => nodeNetns(lab.name, node))];
  const input = names.map((name) => `netns add ${name}\n`).join("");
  await execOrThrow(lab.exec, { command: "ip", args: ["-batch", "-"], input });
}

/** Wires the fabric to every node and to the outside. */
export async function createFabric(lab: LabContext, nodes: readonly NodeAddressing[]): Promise<void> {
  const { fabric, outside } = fabricNetns(lab.name);
  await Promise.all([shell(lab, fabric, `${FORWARDING}; ${NO_DAD}`), shell(lab, outside, NO_DAD)]);
  await ipBatch(lab, fabric, fabricLinks(lab.name, nodes));
  await ipBatch(lab, outside, outsideLinks());
}

/** Runs `ip` lines in a namespace, in one process; the first that fails ends it. */
export async function ipBatch(lab: LabContext, netns: string, lines: readonly string[]): Promise<void> {
  await execOrThrow(lab.exec, {
    command: "ip",
    args: ["-n", netns, "-batch", "-"],
    input: lines.map((line) => `${line}\n`).join(""),
  });
}

/** Runs a line of shell in a namespace: the way to its `/proc/sys/net`. */
export async function shell(lab: LabContext, netns: string, script: string): Promise<void> {
  const exec = prefixExec(lab.exec, inNetns(netnsPath(netns)));
  await execOrThrow(exec, { command: "sh", args: ["-ec", script] });
}

function addresses(pair: DualStack, network: DualStack, device: string): string[] {
  const length = (family: Family): string => network[family].split("/")[1] ?? "";
  return [
    `addr add ${pair.v4}/${length("v4")} dev ${device}`,
    // Nobody else is here to have the address: no duplicate address detection to wait for.
    `addr add ${pair.v6}/${length("v6")} dev ${device} nodad`,
  ];
}
