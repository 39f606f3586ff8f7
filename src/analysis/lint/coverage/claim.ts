import { type Family, families } from "../../../core/address.ts";
import { allAddresses, coversFamily } from "../../../core/address-set.ts";
import * as intervals from "../../../core/intervals.ts";
import type { IntervalSet } from "../../../core/intervals.ts";
import type { GroupSelector, Policy, Ports, Rule } from "../../../core/policy.ts";
import type { Program } from "../../../core/program.ts";
import type { Requirement, Selector } from "../../../core/selector.ts";
import type { Box } from "./box.ts";

/** What one rule allows, as boxes over the labels of both ends; its ports apart. */
export interface Claim {
  readonly policy: Policy;
  readonly rule: Rule;
  readonly ports: Ports;
  /** What all of it hangs on: the subject's labels. */
  readonly subject: Box;
  /** Labels of pods at the other end, and their namespaces'; `"any"` end, or some. */
  readonly groups: "any" | readonly Box[];
  readonly addresses: Readonly<Record<Family, IntervalSet<bigint>>>;
}

/** An end that a rule allows, over one family: pods by their labels, or addresses. */
export type Peer =
  | { readonly kind: "pods"; readonly family: Family; readonly box: Box }
  | { readonly kind: "addresses"; readonly family: Family; readonly addresses: IntervalSet<bigint> };

const METADATA_NAME = "kubernetes.io/metadata.name";

const keyed = (selector: Selector, prefix: string): Requirement[] =>
  selector.kind === "nothing"
    ? []
    : selector.requirements.map((each) => ({ ...each, key: `${prefix} ${each.key}` }));

export const subjectBox = ({ subject }: Policy): Box => keyed(subject, "subject");

/**
 * A namespace's name is a key of its own. A namespace that has not been seen yet has labels that nobody knows, and only the
 * empty selector matches it; that is a key, too.
 */
function groupBox({ namespaces, pods }: GroupSelector, areNamesLabels: boolean): Box {
  const own = keyed(pods, "pod");
  if (namespaces.kind === "named") return [{ kind: "in", key: "name", values: [namespaces.name] }, ...own];
  const labels = keyed(namespaces.selector, "namespace");
  const named = areNamesLabels ? labels.find(({ key }) => key === `namespace ${METADATA_NAME}`) : undefined;
  if (named?.kind === "in") {
    const others = labels.filter((label) => label !== named);
    return [{ ...named, key: "name" }, ...seen(others), ...own];
  }
  return [...seen(labels), ...own];
}

const seen = (labels: readonly Requirement[]): Requirement[] =>
  labels.length === 0 ? [] : [{ kind: "exists", key: "seen", values: [] }, ...labels];

/** `areNamesLabels`: every namespace bears its name as the label that the API server gives it. */
export function claimOf(program: Program, policy: Policy, rule: Rule, areNamesLabels: boolean): Claim {
  const { peers, ports } = rule;
  const common = { policy, rule, ports, subject: subjectBox(policy) };
  if (peers.kind === "any") return { ...common, groups: "any", addresses: allAddresses };
  const groups = peers.groups.flatMap((id) => {
    const group = program.groups.get(id);
    return group === undefined ? [] : [groupBox(group.selector, areNamesLabels)];
  });
  return { ...common, groups, addresses: peers.addresses };
}

/** The ends that the claim's rule allows, one by one. */
export function peersOf({ groups, addresses }: Claim): Peer[] {
  const blocks = families.flatMap((family): Peer[] =>
    addresses[family].length === 0 ? [] : [{ kind: "addresses", family, addresses: addresses[family] }],
  );
  // What covers every address covers every pod at it.
  if (groups === "any") return blocks;
  const pods = families.flatMap((family) => groups.map((box): Peer => ({ kind: "pods", family, box })));
  return [...pods, ...blocks];
}

/**
 * The part of the claim that can speak of that end, as boxes. Of addresses only a claim that has all of them: which one an
 * end of several (a workload's pods) comes from is not known, so what two rules allow by halves is no certain whole.
 */
export function boxesFor({ subject, groups, addresses }: Claim, peer: Peer): Box[] {
  if (groups === "any") return [subject];
  switch (peer.kind) {
    case "addresses":
      return intervals.isSubset(peer.addresses, addresses[peer.family]) ? [subject] : [];
    case "pods":
      if (coversFamily(addresses, peer.family)) return [subject];
      return groups.map((box) => [...subject, ...box]);
  }
}
