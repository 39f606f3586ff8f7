import { formatCidr } from "../../core/cidr.ts";
import type {
  EgressRule,
  IPBlock,
  IngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from "../../core/network-policy.ts";
import type { Protocol } from "../../core/traffic.ts";
import { parseLegacyCidr } from "../validation/cidr.ts";
import { toLabelSelector } from "./label-selector.ts";
import type {
  EgressRuleWire,
  IPBlockWire,
  IngressRuleWire,
  NetworkPolicyPeerWire,
  NetworkPolicyPortWire,
} from "./network-policy.ts";

/** These take rules that validation has found nothing wrong with. */
export const toIngressRule = ({ from, ports }: IngressRuleWire): IngressRule => ({
  ...(from && { from: from.map((peer) => toPeer(peer ?? {})) }),
  ...(ports && { ports: ports.map((port) => toPort(port ?? {})) }),
});

export const toEgressRule = ({ to, ports }: EgressRuleWire): EgressRule => ({
  ...(to && { to: to.map((peer) => toPeer(peer ?? {})) }),
  ...(ports && { ports: ports.map((port) => toPort(port ?? {})) }),
});

const toPeer = ({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeerWire): NetworkPolicyPeer => ({
  ...(podSelector && { podSelector: toLabelSelector(podSelector) }),
  ...(namespaceSelector && { namespaceSelector: toLabelSelector(namespaceSelector) }),
  ...(ipBlock && { ipBlock: toIPBlock(ipBlock) }),
});

/** Canonical texts: what leading zeros or a mapped address mean to Kubernetes is settled here, once. */
const toIPBlock = ({ cidr, except }: IPBlockWire): IPBlock => ({
  cidr: canonical(cidr),
  ...(except && { except: except.map(canonical) }),
});

function canonical(text: string | null | undefined): string {
  const read = parseLegacyCidr(text ?? "");
  return read === undefined ? (text ?? "") : formatCidr(read.block);
}

const toPort = ({ protocol, port, endPort }: NetworkPolicyPortWire): NetworkPolicyPort => ({
  ...(typeof protocol === "string" && { protocol: protocol as Protocol }),
  ...(port !== undefined && port !== null && { port }),
  ...(endPort !== undefined && endPort !== null && { endPort }),
});
