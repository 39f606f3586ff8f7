import type { AddressSet } from "./address-set.ts";
import { type ObjectKey, keyOf } from "./cluster.ts";
import { digest } from "./digest.ts";
import { type Selector, selectorText } from "./selector.ts";
import type { Protocol, Traffic } from "./traffic.ts";

/** As the subject sees it: `ingress` is towards the pod that a policy isolates, `egress` away from it. */
export type Direction = "ingress" | "egress";

export const directions: readonly Direction[] = ["ingress", "egress"];

/** The direction in which the other end of a connection judges it. */
export const opposite = (direction: Direction): Direction => (direction === "ingress" ? "egress" : "ingress");

/** A policy in normal form. */
export interface Policy {
  readonly namespace: string;
  readonly name: string;
  /** Which pods of the namespace it isolates. */
  readonly subject: Selector;
  readonly isolates: Readonly<Record<Direction, boolean>>;
  /** A direction that is not isolated has no rules. */
  readonly rules: Readonly<Record<Direction, readonly Rule[]>>;
}

/** One rule: any of its peers, on any of its ports. */
export interface Rule {
  /** Position in `spec.ingress` or `spec.egress`, which is how people find it again. */
  readonly index: number;
  readonly peers: Peers;
  readonly ports: Ports;
}

export type Peers =
  | { readonly kind: "any" }
  /** Groups sorted by id; addresses are all ipBlocks together, each with its own excepts subtracted. Both may be empty. */
  | { readonly kind: "some"; readonly groups: readonly GroupId[]; readonly addresses: AddressSet };

export interface Ports {
  /** What the rule's numbers and bare protocols say. */
  readonly numbered: Traffic;
  /** Looked up on the destination pod; sorted by protocol, then name. */
  readonly named: readonly PortName[];
}

export interface PortName {
  readonly protocol: Protocol;
  readonly name: string;
}

/** Where a rule was written. Travels from the YAML line to the comment on the kernel's rule. */
export interface RuleId {
  readonly policy: ObjectKey;
  readonly direction: Direction;
  readonly index: number;
}

/** `shop/web ingress[0]`, as the kernel's comments have it. */
export const ruleIdText = ({ policy, direction, index }: RuleId): string =>
  `${policy} ${direction}[${index}]`;

/** Pods as a peer names them. */
export interface GroupSelector {
  readonly namespaces:
    | { readonly kind: "named"; readonly name: string }
    | { readonly kind: "selected"; readonly selector: Selector };
  readonly pods: Selector;
}

/** Digest of the group's canonical text: a thousand policies that name the same pods share one group. */
export type GroupId = string;

/** `shop: app=web` or `{team=a}: *`; a namespace's name cannot hold a brace, so no two groups share a text. */
export function groupText({ namespaces, pods }: GroupSelector): string {
  const where = namespaces.kind === "named" ? namespaces.name : `{${selectorText(namespaces.selector)}}`;
  return `${where}: ${selectorText(pods)}`;
}

export const groupId = (selector: GroupSelector): GroupId => digest(groupText(selector));

export const policyKey = (policy: Policy): ObjectKey => keyOf(policy);
