/* Other ways to write the same policies. */
import type { Cluster } from "../../src/core/compile.ts";
import type {
  EgressRule,
  IPBlock,
  IngressRule,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from "../../src/core/network-policy.ts";
import type { LabelSelector, Labels } from "../../src/core/selector.ts";
import { type Bits, prefixOf, textOfBits } from "./bits.ts";

/** Peers and ports of a rule, whichever direction it is of. */
export interface PlainRule {
  readonly peers?: readonly NetworkPolicyPeer[] | undefined;
  readonly ports?: readonly NetworkPolicyPort[] | undefined;
}

export function mapSpecs(cluster: Cluster, map: (spec: NetworkPolicySpec) => NetworkPolicySpec): Cluster {
  const policies = cluster.policies.map((policy): NetworkPolicy =>
    policy.spec === "invalid" ? policy : { ...policy, spec: map(policy.spec) },
  );
  return { ...cluster, policies };
}

/** Replaces every rule by some; what is absent stays absent. */
export function mapRules(cluster: Cluster, map: (rule: PlainRule) => readonly PlainRule[]): Cluster {
  const mapIngress = (rule: IngressRule | "invalid"): (IngressRule | "invalid")[] =>
    rule === "invalid"
      ? [rule]
      : map({ ...rule, peers: rule.from }).map(({ peers, ports }) => ({ from: peers, ports }));
  const mapEgress = (rule: EgressRule | "invalid"): (EgressRule | "invalid")[] =>
    rule === "invalid"
      ? [rule]
      : map({ ...rule, peers: rule.to }).map(({ peers, ports }) => ({ to: peers, ports }));
  return mapSpecs(cluster, ({ ingress, egress, ...spec }) => ({
    ...spec,
    ingress: ingress?.flatMap(mapIngress),
    egress: egress?.flatMap(mapEgress),
  }));
}

export const mapPeers = (
  cluster: Cluster,
  map: (peer: NetworkPolicyPeer) => readonly NetworkPolicyPeer[],
): Cluster => mapRules(cluster, ({ peers, ports }) => [{ peers: peers?.flatMap(map), ports }]);

export const mapPorts = (
  cluster: Cluster,
  map: (port: NetworkPolicyPort) => readonly NetworkPolicyPort[],
): Cluster => mapRules(cluster, ({ peers, ports }) => [{ peers, ports: ports?.flatMap(map) }]);

const cidrOf = (prefix: Bits, width: number): string =>
  `${textOfBits(prefix.padEnd(width, "0"))}/${prefix.length}`;

/** One block as the two halves of it, each with the excepts that lie in it; a single address has no halves. */
export function halves({ cidr, except = [] }: IPBlock): IPBlock[] {
  const { prefix, width } = prefixOf(cidr);
  if (prefix.length === width) return [{ cidr, except }];
  return [`${prefix}0`, `${prefix}1`].map((half) => ({
    cidr: cidrOf(half, width),
    except: except.filter((hole) => prefixOf(hole).prefix.startsWith(half)),
  }));
}

function around(prefix: Bits, holes: readonly Bits[]): Bits[] {
  if (holes.includes(prefix)) return [];
  if (!holes.some((hole) => hole.startsWith(prefix))) return [prefix];
  return [`${prefix}0`, `${prefix}1`].flatMap((half) => around(half, holes));
}

/** The same addresses with nothing excepted. */
export function complement({ cidr, except = [] }: IPBlock): IPBlock[] {
  const { prefix, width } = prefixOf(cidr);
  const holes = except.map((hole) => prefixOf(hole).prefix);
  return around(prefix, holes).map((left) => ({ cidr: cidrOf(left, width) }));
}

const renamed = (text: string): string => `renamed-${text.split("").toReversed().join("")}`;

const renameLabels = (labels: Labels): Labels =>
  Object.fromEntries(Object.entries(labels).map(([key, value]) => [renamed(key), renamed(value)]));

const renameSelector = ({ matchLabels, matchExpressions }: LabelSelector): LabelSelector => ({
  matchLabels: matchLabels && renameLabels(matchLabels),
  matchExpressions: matchExpressions?.map(({ key, operator, values }) => ({
    key: renamed(key),
    operator,
    values: values?.map(renamed),
  })),
});

/** Every label key and value by another name, in objects and selectors alike. */
export function renameEverywhere(cluster: Cluster): Cluster {
  const peers = mapPeers(cluster, ({ podSelector, namespaceSelector, ipBlock }) => [
    {
      podSelector: podSelector && renameSelector(podSelector),
      namespaceSelector: namespaceSelector && renameSelector(namespaceSelector),
      ipBlock,
    },
  ]);
  const { policies } = mapSpecs(peers, (spec) => ({
    ...spec,
    podSelector: renameSelector(spec.podSelector),
  }));
  return {
    namespaces: cluster.namespaces.map((each) => ({ ...each, labels: renameLabels(each.labels) })),
    pods: cluster.pods.map((each) => ({ ...each, labels: renameLabels(each.labels) })),
    policies,
  };
}
