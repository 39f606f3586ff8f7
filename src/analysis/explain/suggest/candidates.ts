import { type Pod, keyOf } from "../../../core/cluster.ts";
import { isMember } from "../../../core/member.ts";
import type {
  EgressRule,
  IngressRule,
  NetworkPolicyPeer,
  NetworkPolicyPort,
  NetworkPolicySpec,
} from "../../../core/network-policy.ts";
import { everyPod } from "../../../core/normalize.ts";
import type { Direction } from "../../../core/policy.ts";
import {
  type LabelSelector,
  type LabelSelectorRequirement,
  type Selector,
  everything,
  matches,
  selector,
} from "../../../core/selector.ts";
import type { Flow } from "../../../core/traffic.ts";
import type { Party } from "../../party.ts";
import type { ExplainInput, WrittenPolicy } from "../explain-input.ts";
import type { SideExplanation } from "../explanation.ts";
import { peersFor, wordFor } from "./peers-for.ts";
import { stableLabels } from "./stable-labels.ts";
import type { Suggestion } from "./suggestion.ts";

/** One end that a connection has to get past. */
export interface SuggestView {
  readonly input: ExplainInput;
  readonly side: SideExplanation;
  /** The pod that is isolated, and the other end. */
  readonly subject: Party;
  readonly pod: Pod;
  readonly peer: Party;
  readonly flow: Exclude<Flow, { protocol: "other" }>;
}

const portFor = ({ protocol, port }: SuggestView["flow"]): NetworkPolicyPort =>
  protocol === "TCP" ? { port } : { protocol, port };

const ruleFor = (direction: Direction, peers: readonly NetworkPolicyPeer[], port: NetworkPolicyPort) =>
  direction === "ingress" ? { from: peers, ports: [port] } : { to: peers, ports: [port] };

function subjectsOf({ input }: SuggestView, namespace: string, wanted: Selector): number {
  return input.pods.filter((pod) => pod.namespace === namespace && matches(wanted, pod.labels)).length;
}

/** How many live pods the peers name; infinitely many addresses are outside. */
function peopleIn({ input }: SuggestView, namespace: string, peers: readonly NetworkPolicyPeer[]): number {
  if (peers.length === 0 || peers.some(({ ipBlock }) => ipBlock !== undefined))
    return Number.POSITIVE_INFINITY;
  const groups = peers.map(({ namespaceSelector, podSelector }) => ({
    namespaces:
      namespaceSelector === undefined
        ? ({ kind: "named", name: namespace } as const)
        : ({ kind: "selected", selector: selector(namespaceSelector) } as const),
    pods: podSelector === undefined ? everyPod.pods : selector(podSelector),
  }));
  return input.pods.filter((pod) =>
    groups.some((group) => isMember(group, pod, input.namespaces.get(pod.namespace))),
  ).length;
}

/** At least the pair that is asked about, also where one of its ends is not there yet. */
const pairs = (subjects: number, people: number): number => Math.max(1, subjects) * Math.max(1, people);

const isolating = ({ input, side }: SuggestView): WrittenPolicy[] =>
  side.policies.flatMap(({ policy }) => input.policies.get(policy) ?? []);

const specOf = ({ policy: { spec } }: WrittenPolicy): NetworkPolicySpec | undefined =>
  spec === "invalid" ? undefined : spec;

function portsToAdd(view: SuggestView): Suggestion[] {
  const { side, flow } = view;
  return side.policies.flatMap(({ policy, rules }) => {
    const written = view.input.policies.get(policy);
    const spec = written && specOf(written);
    if (written === undefined || spec === undefined) return [];
    const subjects = subjectsOf(view, written.policy.namespace, selector(spec.podSelector));
    return rules.flatMap(({ id, peer, port }): Suggestion[] => {
      const rule = spec[id.direction]?.[id.index];
      if (peer !== undefined || port === undefined || rule === undefined || rule === "invalid") return [];
      const peers = (id.direction === "ingress" ? (rule as IngressRule).from : (rule as EgressRule).to) ?? [];
      const people = peopleIn(view, written.policy.namespace, peers);
      return [
        {
          kind: "add port",
          direction: id.direction,
          policy,
          index: id.index,
          port: portFor(flow),
          at: written.locate(["spec", id.direction, id.index, "ports"]),
          ...(Number.isFinite(people) && { covers: pairs(subjects, people) }),
        },
      ];
    });
  });
}

const peopleNamed = (view: SuggestView, peers: readonly NetworkPolicyPeer[]): number =>
  view.peer.end.kind === "pod" ? peopleIn(view, view.pod.namespace, peers) : 1;

function rulesToAdd(view: SuggestView, peers: readonly NetworkPolicyPeer[]): Suggestion[] {
  const { direction } = view.side;
  return isolating(view).flatMap((written): Suggestion[] => {
    const spec = specOf(written);
    if (spec === undefined) return [];
    const { namespace } = written.policy;
    const subjects = subjectsOf(view, namespace, selector(spec.podSelector));
    return [
      {
        kind: "add rule",
        direction,
        policy: keyOf(written.policy),
        rule: ruleFor(direction, peers, portFor(view.flow)),
        at: written.locate(["spec", direction]),
        covers: pairs(subjects, peopleNamed(view, peers)),
      },
    ];
  });
}

const asExpression = (
  requirement: Extract<Selector, { kind: "all" }>["requirements"][number],
): LabelSelectorRequirement[] => {
  const { kind, key } = requirement;
  switch (kind) {
    case "in":
      return [{ key, operator: "In", values: requirement.values }];
    case "notIn":
      return [{ key, operator: "NotIn", values: requirement.values }];
    case "exists": {
      const { values } = requirement;
      const ruledOut = values.length === 0 ? [] : [{ key, operator: "NotIn" as const, values }];
      return [{ key, operator: "Exists" }, ...ruledOut];
    }
    case "absent":
      return [{ key, operator: "DoesNotExist" }];
  }
};

/** The subject's labels, and of what the other policy wants all that these do not imply: nobody new is isolated. */
function narrowed(pod: Pod, base: Selector): LabelSelector {
  const labels = stableLabels(pod.labels);
  const wanted = base.kind === "nothing" ? [] : base.requirements;
  const left = wanted.filter(({ key }) => !Object.hasOwn(labels, key)).flatMap(asExpression);
  return {
    ...(Object.keys(labels).length > 0 && { matchLabels: labels }),
    ...(left.length > 0 && { matchExpressions: left }),
  };
}

function freeName(view: SuggestView): string {
  const [a, b] = view.side.direction === "egress" ? [view.subject, view.peer] : [view.peer, view.subject];
  const wanted = `allow-${wordFor(a)}-to-${wordFor(b)}`;
  const taken = (name: string): boolean =>
    view.input.policies.has(keyOf({ namespace: view.pod.namespace, name }));
  let name = wanted;
  for (let i = 2; taken(name); i += 1) name = `${wanted}-${i}`;
  return name;
}

function policyToAdd(view: SuggestView, peers: readonly NetworkPolicyPeer[]): Suggestion[] {
  const { direction } = view.side;
  const { namespace } = view.pod;
  const port = portFor(view.flow);
  return isolating(view).map((base): Suggestion => {
    const spec = specOf(base);
    const podSelector = narrowed(view.pod, spec === undefined ? everything : selector(spec.podSelector));
    const name = freeName(view);
    const rule = ruleFor(direction, peers, port);
    const made =
      direction === "ingress"
        ? { podSelector, policyTypes: ["Ingress" as const], ingress: [rule] }
        : { podSelector, policyTypes: ["Egress" as const], egress: [rule] };
    const subjects = subjectsOf(view, namespace, selector(podSelector));
    return {
      kind: "add policy",
      direction,
      policy: keyOf({ namespace, name }),
      made: { namespace, name, spec: made },
      covers: pairs(subjects, peopleNamed(view, peers)),
    };
  });
}

const coverage = ({ covers = Number.POSITIVE_INFINITY }: Suggestion): number => covers;

/** Ways to get past this end, those first that open least; of equals the smallest edit first. */
export function candidates(view: SuggestView): Suggestion[] {
  const peers = peersFor(view.peer, view.pod.namespace);
  const named = peers.length === 0 ? [] : [...rulesToAdd(view, peers), ...policyToAdd(view, peers)];
  return [...portsToAdd(view), ...named].toSorted((a, b) =>
    coverage(a) === coverage(b) ? 0 : coverage(a) - coverage(b),
  );
}
