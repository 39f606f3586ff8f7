import { execOrThrow } from "../kernel/exec.ts";
import type { CapabilityArgs } from "./cni/config.ts";
import { LOOPBACK_CONFLIST } from "./cni/loopback.ts";
import type { CniResult } from "./cni/result.ts";
import { addNetwork, checkNetwork, delNetwork, type Attachment } from "./cni/runtime.ts";
import { negotiateVersion } from "./cni/version.ts";
import { ipBatch, shell } from "./fabric.ts";
import { flannelConflist } from "./flannel/conflist.ts";
import { routedConflist } from "./routed/conflist.ts";
import { netnsPath, podNetns } from "./names.ts";
import { cniHost, type LabNode } from "./node.ts";
import type { PodSpec } from "./pod-spec.ts";

/** A pod's network namespace and what attaches it, known from its specification and id alone. */
export interface Sandbox {
  readonly node: LabNode;
  readonly spec: PodSpec;
  readonly id: string;
}

// Duplicate address detection off: the bridge plugin waits for it, and nobody else is there.
const QUIET = ["ipv6/conf/all/accept_dad", "ipv6/conf/default/accept_dad"];
// On: see `announce`.
const NOTIFYING = ["ipv4/conf/default/arp_notify", "ipv6/conf/default/ndisc_notify"];

/** Names the network namespace and sets its switches, before anything is in it. */
export async function createSandbox({ node, id }: Sandbox): Promise<void> {
  const netns = podNetns(node.lab.name, id);
  await execOrThrow(node.lab.exec, { command: "ip", args: ["netns", "add", netns] });
  const write = (value: number) => (name: string) => `echo ${value} >/proc/sys/net/${name}`;
  await shell(node.lab, netns, [...QUIET.map(write(0)), ...NOTIFYING.map(write(1))].join("; "));
}

/** CNI ADD: loopback, then the pod network, whose result is returned. */
export async function attachSandbox(sandbox: Sandbox): Promise<CniResult> {
  const [loopback, pod] = await attachments(sandbox);
  await addNetwork(cniHost(sandbox.node), loopback);
  const result = await addNetwork(cniHost(sandbox.node), pod);
  if (sandbox.spec.addresses !== undefined) await announce(sandbox, result);
  return result;
}

/**
 * Tells the neighbours who has the address now. On a node they would find out by themselves, some ten seconds
 * after the address changed hands; nobody there hurries to use it again, and a test does. Setting the
 * link-layer address, to what it is, sends a gratuitous ARP and an unsolicited neighbour advertisement.
 */
async function announce({ node, id }: Sandbox, result: CniResult): Promise<void> {
  const mac = result.interfaces?.find(({ sandbox }) => sandbox)?.mac;
  if (mac === undefined) return;
  await ipBatch(node.lab, podNetns(node.lab.name, id), [`link set eth0 address ${mac}`]);
}

/** CNI CHECK: an exception says what is not as ADD left it. */
export async function checkSandbox(sandbox: Sandbox): Promise<void> {
  for (const attachment of await attachments(sandbox)) await checkNetwork(cniHost(sandbox.node), attachment);
}

/** CNI DEL in reverse order, then the network namespace; DEL forgives what was never added. */
export async function removeSandbox(sandbox: Sandbox): Promise<void> {
  const { node, id } = sandbox;
  for (const attachment of (await attachments(sandbox)).toReversed())
    await delNetwork(cniHost(node), attachment);
  await execOrThrow(node.lab.exec, { command: "ip", args: ["netns", "del", podNetns(node.lab.name, id)] });
}

// One answer per directory of plugins and list of types, for as long as this process lives.
const negotiated = new Map<string, Promise<string>>();

async function attachments({ node, spec, id }: Sandbox): Promise<readonly [Attachment, Attachment]> {
  const { cniDir } = node.lab;
  let version = negotiated.get(cniDir);
  if (version === undefined) {
    version = negotiateVersion(node.exec, cniDir, ["loopback", "bridge", "ptp", "portmap"]);
    negotiated.set(cniDir, version);
  }
  const common = {
    containerId: id,
    netnsPath: netnsPath(podNetns(node.lab.name, id)),
    cniArgs: cniArgs(spec, id),
  };
  const cniVersion = await version;
  const conflist = node.lab.network === "ptp" ? routedConflist : flannelConflist;
  return [
    { ...common, list: { ...LOOPBACK_CONFLIST, cniVersion }, ifName: "lo", capabilityArgs: {} },
    {
      ...common,
      list: { ...conflist(node), cniVersion },
      ifName: "eth0",
      capabilityArgs: portMappings(spec),
      ...(spec.addresses === undefined ? {} : { addresses: spec.addresses }),
    },
  ];
}

/** In containerd's order. */
function cniArgs(spec: PodSpec, id: string): readonly (readonly [string, string])[] {
  return [
    ["IgnoreUnknown", "1"],
    ["K8S_POD_NAMESPACE", spec.namespace],
    ["K8S_POD_NAME", spec.name],
    ["K8S_POD_INFRA_CONTAINER_ID", id],
    ["K8S_POD_UID", spec.uid],
  ];
}

function portMappings(spec: PodSpec): CapabilityArgs {
  const mappings = spec.ports.flatMap(({ hostPort, containerPort, protocol }) =>
    hostPort === undefined
      ? []
      : [
          {
            HostPort: hostPort,
            ContainerPort: containerPort,
            Protocol: protocol === "TCP" ? ("tcp" as const) : ("udp" as const),
            HostIP: "",
          },
        ],
  );
  return mappings.length === 0 ? {} : { portMappings: mappings };
}
