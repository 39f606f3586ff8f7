/*
 * What the documentation says about one connection, in the documentation's order, with no thought for speed. It takes
 * NetworkPolicies as they are written, and shares no code with src/.
 */
import type { Pod } from "../../src/core/cluster.ts";
import type { Cluster } from "../../src/core/compile.ts";
import type {
  EgressRule,
  IngressRule,
  IPBlock,
  NetworkPolicy,
  NetworkPolicyPeer,
  NetworkPolicyPort,
} from "../../src/core/network-policy.ts";
import type { Flow } from "../../src/core/traffic.ts";
import { type Bits, isInCidr } from "./bits.ts";
import type { NaiveEnd } from "./naive/ends.ts";
import { selects } from "./naive/selects.ts";

export type NaiveVerdict = "allowed" | "denied" | "depends";
type Answer = "yes" | "no" | "maybe";
type Direction = "ingress" | "egress";

function inBlock({ cidr, except = [] }: IPBlock, bits: Bits): boolean {
  return isInCidr(bits, cidr) && !except.some((hole) => isInCidr(bits, hole));
}

function selectsPod(peer: NetworkPolicyPeer, policy: NetworkPolicy, pod: Pod, cluster: Cluster): boolean {
  const { podSelector, namespaceSelector } = peer;
  if (podSelector === undefined && namespaceSelector === undefined) return false;
  if (podSelector !== undefined && !selects(podSelector, pod.labels)) return false;
  if (namespaceSelector === undefined) return pod.namespace === policy.namespace;
  const namespace = cluster.namespaces.find(({ name }) => name === pod.namespace);
  if (namespace !== undefined) return selects(namespaceSelector, namespace.labels);
  return Object.keys(namespaceSelector).length === 0 || isEmptySelector(namespaceSelector);
}

const isEmptySelector = ({
  matchLabels = {},
  matchExpressions = [],
}: NetworkPolicyPeer["podSelector"] & {}): boolean =>
  Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;

function matchesPeers(
  peers: readonly NetworkPolicyPeer[] | undefined,
  policy: NetworkPolicy,
  end: NaiveEnd,
  cluster: Cluster,
): Answer {
  if (peers === undefined || peers.length === 0) return "yes";
  const { pod } = end;
  if (pod !== undefined && peers.some((peer) => selectsPod(peer, policy, pod, cluster))) return "yes";
  const blocks = peers.map(({ ipBlock }) => ipBlock).filter((block) => block !== undefined);
  const inside = end.candidates.filter((bits) => blocks.some((block) => inBlock(block, bits)));
  if (inside.length === 0) return "no";
  return inside.length === end.candidates.length ? "yes" : "maybe";
}

function matchesPort(entry: NetworkPolicyPort, flow: Flow, destination: Pod | undefined): boolean {
  const { protocol = "TCP", port, endPort } = entry;
  if (flow.protocol === "other" || flow.protocol !== protocol) return false;
  if (port === undefined) return true;
  if (typeof port === "number") return flow.port >= port && flow.port <= (endPort ?? port);
  const named = destination?.ports.filter((each) => each.name === port && each.protocol === protocol) ?? [];
  return named.some((each) => each.port === flow.port);
}

const matchesPorts = (
  ports: readonly NetworkPolicyPort[] | undefined,
  flow: Flow,
  destination: Pod | undefined,
): boolean =>
  ports === undefined || ports.length === 0 || ports.some((port) => matchesPort(port, flow, destination));

/** networking/v1 types.go, on policyTypes. */
function isolates({ spec }: NetworkPolicy, direction: Direction): boolean {
  if (spec === "invalid") return true;
  const { policyTypes, egress } = spec;
  if (policyTypes !== undefined && policyTypes.length > 0)
    return policyTypes.includes(direction === "ingress" ? "Ingress" : "Egress");
  return direction === "ingress" || (egress !== undefined && egress.length > 0);
}

const isSubject = ({ namespace, spec }: NetworkPolicy, pod: Pod): boolean =>
  pod.namespace === namespace && (spec === "invalid" || selects(spec.podSelector, pod.labels));

/** Whether some policy isolates the pod in this direction. */
export const isIsolated = ({ policies }: Cluster, pod: Pod, direction: Direction): boolean =>
  policies.some((policy) => isSubject(policy, pod) && isolates(policy, direction));

/** A rule of either direction, with its peers under one name. */
interface NaiveRule {
  readonly peers: readonly NetworkPolicyPeer[] | undefined;
  readonly ports: readonly NetworkPolicyPort[] | undefined;
}

function rulesOf({ spec }: NetworkPolicy, direction: Direction): NaiveRule[] {
  if (spec === "invalid") return [];
  const rules: readonly (IngressRule | EgressRule | "invalid")[] = spec[direction] ?? [];
  return rules.flatMap((rule) =>
    rule === "invalid"
      ? []
      : [{ peers: "from" in rule ? rule.from : "to" in rule ? rule.to : undefined, ports: rule.ports }],
  );
}

/** What one side says to each flow. */
function side(
  cluster: Cluster,
  {
    direction,
    subject,
    peer,
    flows,
  }: { direction: Direction; subject: NaiveEnd; peer: NaiveEnd; flows: readonly Flow[] },
): Answer[] {
  const { pod } = subject;
  if (pod === undefined) return flows.map(() => "yes");
  const isolating = cluster.policies.filter(
    (policy) => isSubject(policy, pod) && isolates(policy, direction),
  );
  if (isolating.length === 0) return flows.map(() => "yes");
  const destination = direction === "ingress" ? pod : peer.pod;
  const open = isolating.flatMap((policy) =>
    rulesOf(policy, direction).map(({ peers, ports }) => ({
      ports,
      answer: matchesPeers(peers, policy, peer, cluster),
    })),
  );
  return flows.map((flow) => {
    const answers = open
      .filter(({ ports }) => matchesPorts(ports, flow, destination))
      .map(({ answer }) => answer);
    if (answers.some((answer) => answer === "yes")) return "yes";
    return answers.some((answer) => answer === "maybe") ? "maybe" : "no";
  });
}

function isExempt(a: NaiveEnd, b: NaiveEnd): Answer {
  if (a.pod !== undefined && b.pod !== undefined) {
    const isSame = a.pod.namespace === b.pod.namespace && a.pod.name === b.pod.name;
    return isSame && (a.replica ?? 0) === (b.replica ?? 0) ? "yes" : "no";
  }
  const pod = a.pod ?? b.pod;
  const node = a.node ?? b.node;
  if (pod === undefined || node === undefined) return "no";
  if (pod.node === undefined || node.name === undefined) return "maybe";
  return pod.node === node.name ? "yes" : "no";
}

/** The verdict on each flow between two ends, over the family that their candidates are of. */
export function naiveVerdicts(
  cluster: Cluster,
  source: NaiveEnd,
  destination: NaiveEnd,
  flows: readonly Flow[],
): NaiveVerdict[] {
  if (source.candidates.length === 0 || destination.candidates.length === 0) return flows.map(() => "denied");
  const exempt = isExempt(source, destination);
  if (exempt === "yes") return flows.map(() => "allowed");
  const egress = side(cluster, { direction: "egress", subject: source, peer: destination, flows });
  const ingress = side(cluster, { direction: "ingress", subject: destination, peer: source, flows });
  return flows.map((_, i) => {
    const answers = [egress[i], ingress[i]];
    if (answers.every((answer) => answer === "yes")) return "allowed";
    if (exempt === "maybe") return "depends";
    return answers.includes("no") ? "denied" : "depends";
  });
}
