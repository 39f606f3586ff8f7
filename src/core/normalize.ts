import {
  type AddressSet,
  addressSet,
  isEveryAddress,
  isNoAddress,
  noAddresses,
  subtractAddresses,
  unionAddresses,
} from "./address-set.ts";
import { parseCidr } from "./cidr.ts";
import type { IPBlock, NetworkPolicy, NetworkPolicyPeer, NetworkPolicyPort } from "./network-policy.ts";
import {
  type GroupId,
  type GroupSelector,
  type Peers,
  type Policy,
  type PortName,
  type Ports,
  type Rule,
  groupId,
} from "./policy.ts";
import { everything, selector } from "./selector.ts";
import {
  type Traffic,
  allPorts,
  allTraffic,
  noTraffic,
  portRange,
  trafficOf,
  uniteTraffic,
} from "./traffic.ts";

/** A policy in normal form, and the selectors behind the group ids that its rules name. */
export interface NormalizedPolicy {
  readonly policy: Policy;
  readonly groups: ReadonlyMap<GroupId, GroupSelector>;
}

/** Every pod there is; named ports that an egress rule opens towards addresses or anywhere are looked up among these. */
export const everyPod: GroupSelector = {
  namespaces: { kind: "selected", selector: everything },
  pods: everything,
};
export const everyPodId: GroupId = groupId(everyPod);

function blockAddresses({ cidr, except = [] }: IPBlock): AddressSet {
  const whole = parseCidr(cidr);
  const holes = except.map(parseCidr);
  // Never reached with validated input; if it were, an unreadable block must not widen the rule.
  if (whole === undefined || holes.includes(undefined)) return noAddresses;
  return subtractAddresses(addressSet([whole]), addressSet(holes.filter((hole) => hole !== undefined)));
}

function peerGroup(namespace: string, peer: NetworkPolicyPeer): GroupSelector | undefined {
  if (peer.namespaceSelector === undefined && peer.podSelector === undefined) return undefined;
  return {
    namespaces:
      peer.namespaceSelector === undefined
        ? { kind: "named", name: namespace }
        : { kind: "selected", selector: selector(peer.namespaceSelector) },
    pods: peer.podSelector === undefined ? everything : selector(peer.podSelector),
  };
}

const selectsNothing = ({ namespaces, pods }: GroupSelector): boolean =>
  pods.kind === "nothing" || (namespaces.kind === "selected" && namespaces.selector.kind === "nothing");

function normalizePeers(
  namespace: string,
  peers: readonly NetworkPolicyPeer[] | undefined,
  groups: Map<GroupId, GroupSelector>,
): Peers {
  if (peers === undefined || peers.length === 0) return { kind: "any" };
  const ids = new Set<GroupId>();
  const blocks: AddressSet[] = [];
  for (const peer of peers) {
    if (peer.ipBlock !== undefined) blocks.push(blockAddresses(peer.ipBlock));
    const group = peerGroup(namespace, peer);
    if (group === undefined || selectsNothing(group)) continue;
    const id = groupId(group);
    groups.set(id, group);
    ids.add(id);
  }
  const addresses = unionAddresses(blocks);
  if (isEveryAddress(addresses)) return { kind: "any" };
  return { kind: "some", groups: [...ids].sort(), addresses };
}

function numberedPort({ protocol = "TCP", port, endPort }: NetworkPolicyPort): Traffic {
  if (port === undefined) return trafficOf(protocol, allPorts);
  return typeof port === "number" ? trafficOf(protocol, [portRange(port, endPort ?? port)]) : noTraffic;
}

const comparePortNames = (a: PortName, b: PortName): number =>
  a.protocol === b.protocol ? (a.name < b.name ? -1 : 1) : a.protocol < b.protocol ? -1 : 1;

function normalizePorts(ports: readonly NetworkPolicyPort[] | undefined): Ports {
  if (ports === undefined || ports.length === 0) return { numbered: allTraffic, named: [] };
  const named = new Map<string, PortName>();
  for (const { protocol = "TCP", port } of ports) {
    if (typeof port === "string") named.set(`${protocol}/${port}`, { protocol, name: port });
  }
  return {
    numbered: uniteTraffic(ports.map(numberedPort)),
    named: [...named.values()].sort(comparePortNames),
  };
}

/**
 * The normal form of a NetworkPolicy, with the API's defaults applied (networking/v1 types.go; where `policyTypes` is
 * absent: Ingress always, Egress where there is at least one egress rule). Ways to write the same selectors, blocks
 * and ports come to the same value; rules stay apart as they were written, since their numbers are how people find them.
 */
export function normalize({ namespace, name, spec }: NetworkPolicy): NormalizedPolicy {
  const groups = new Map<GroupId, GroupSelector>();
  if (spec === "invalid") {
    const isolates = { ingress: true, egress: true };
    return {
      policy: { namespace, name, subject: everything, isolates, rules: { ingress: [], egress: [] } },
      groups,
    };
  }
  const { podSelector, policyTypes = [], ingress = [], egress = [] } = spec;
  const isolates = {
    ingress: policyTypes.length === 0 || policyTypes.includes("Ingress"),
    egress: policyTypes.length === 0 ? egress.length > 0 : policyTypes.includes("Egress"),
  };
  const rule = (
    index: number,
    peers: readonly NetworkPolicyPeer[] | undefined,
    ports: readonly NetworkPolicyPort[] | undefined,
  ): Rule => ({ index, peers: normalizePeers(namespace, peers, groups), ports: normalizePorts(ports) });
  const rules = {
    ingress: (isolates.ingress ? ingress : []).flatMap((each, i) =>
      each === "invalid" ? [] : [rule(i, each.from, each.ports)],
    ),
    egress: (isolates.egress ? egress : []).flatMap((each, i) =>
      each === "invalid" ? [] : [rule(i, each.to, each.ports)],
    ),
  };
  if (rules.egress.some(({ peers, ports }) => needsEveryPod(peers, ports.named)))
    groups.set(everyPodId, everyPod);
  return { policy: { namespace, name, subject: selector(podSelector), isolates, rules }, groups };
}

/** A named port towards a peer that is no group: which pods listen by that name is asked of all pods. */
export function needsEveryPod(peers: Peers, named: readonly PortName[]): boolean {
  return named.length > 0 && (peers.kind === "any" || !isNoAddress(peers.addresses));
}
