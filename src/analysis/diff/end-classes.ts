import { families } from "../../core/address.ts";
import type { AddressSet } from "../../core/address-set.ts";
import type { Namespace, Pod } from "../../core/cluster.ts";
import { type End, isWithin, speaks } from "../../core/end.ts";
import { isMember } from "../../core/member.ts";
import { type Direction, type Policy, directions } from "../../core/policy.ts";
import { matches } from "../../core/selector.ts";
import type { Party } from "../party.ts";
import { compareEdits, type Edit } from "./edit.ts";
import { type OutsidePart, outsideParts } from "./outside-parts.ts";
import type { TwoClusters } from "./two-clusters.ts";
import { type Versions, bothOf, meaningText } from "./versions.ts";

/** Ends that are the same to every rule of both clusters: one stands for all. */
export interface EndClass {
  readonly id: number;
  /** The members that are pods, workloads or nodes; of a part of the outside none. Sorted by name. */
  readonly members: readonly Versions<Party>[];
  readonly outside?: OutsidePart;
  /** One that stands for all. */
  readonly versions: Versions<Party>;
  readonly namespace: Versions<Namespace> | undefined;
  /** Policies that isolate it in one of its versions, by direction. */
  readonly isolating: Readonly<Record<Direction, readonly Versions<Policy>[]>>;
  /** Edits of the end itself and of its namespace. */
  readonly own: readonly Edit[];
}

const podsOf = (end: Versions<Party>): Pod[] =>
  bothOf(end).flatMap((party) => (party.end.kind === "pod" ? [party.end.pod] : []));

/** Where the end lies among the sets of addresses, as far as rules can tell. */
function placesAmong(sets: readonly AddressSet[]): (end: End) => string {
  const ofUnknown = new Map<string, string>();
  const place = (end: End): string =>
    families
      .map((family) =>
        speaks(end, family) ? sets.map((set) => isWithin(end, set, family).charAt(0)).join("") : "-",
      )
      .join("/");
  return (end) => {
    const addresses = end.kind === "pod" ? end.pod.addresses : end.kind === "node" ? end.addresses : [];
    if (addresses !== "unknown") return place(end);
    const known = ofUnknown.get(end.kind) ?? place(end);
    ofUnknown.set(end.kind, known);
    return known;
  };
}

const setText = (set: AddressSet): string => families.map((family) => set[family].join(";")).join("|");

/** Sorts all ends of both clusters, and all addresses outside, into classes. */
export function endClasses(clusters: TwoClusters, inhabited: Parameters<typeof outsideParts>[1]): EndClass[] {
  const { parties, policies, groups, namespaces } = clusters;
  const sets = [...new Map(clusters.blocks.map((set) => [setText(set), set])).values()];
  const places = placesAmong(sets);
  const hasNodes = parties.flatMap(bothOf).some(({ end }) => end.kind === "node");
  const byNamespace = Map.groupBy(policies, ({ key }) => key.slice(0, key.indexOf("/")));
  const selected = new Map<string, Versions<Policy>[]>();

  function isolating(end: Versions<Party>, direction: Direction): readonly Versions<Policy>[] {
    const pods = podsOf(end);
    const key = JSON.stringify([direction, ...pods.map(({ namespace, labels }) => [namespace, labels])]);
    const known = selected.get(key);
    if (known !== undefined) return known;
    const found = (byNamespace.get(pods[0]?.namespace ?? "") ?? []).filter((policy) =>
      bothOf(policy).some(
        ({ isolates, subject }) => isolates[direction] && pods.some(({ labels }) => matches(subject, labels)),
      ),
    );
    selected.set(key, found);
    return found;
  }

  function memberships(end: Versions<Party>, namespace: Versions<Namespace> | undefined): string[] {
    const states = namespace === undefined ? [undefined] : bothOf(namespace);
    return [...groups].flatMap(([id, selector]) => {
      const answers = podsOf(end).flatMap((pod) => states.map((state) => isMember(selector, pod, state)));
      return answers.some(Boolean) ? [id] : [];
    });
  }

  const memberTexts = new Map<string, string>();
  function signature(end: Versions<Party>, namespace: Versions<Namespace> | undefined): string {
    // Whose object is edited has edits of its own to be told of; so has everybody in a namespace that is.
    if (end.edit !== undefined) return `edited ${end.key}`;
    const [pod] = podsOf(end);
    const [party] = bothOf(end);
    if (party === undefined) throw new Error("an end that is on neither side");
    if (pod === undefined) return meaningText(party.end);
    const labelled = JSON.stringify([pod.namespace, pod.labels]);
    const member =
      memberTexts.get(labelled) ??
      JSON.stringify([
        memberships(end, namespace),
        directions.map((direction) => isolating(end, direction).map(({ key }) => key)),
      ]);
    memberTexts.set(labelled, member);
    return JSON.stringify([
      namespace?.edit === undefined ? "" : namespace.key,
      hasNodes ? pod.node : "",
      pod.ports,
      places(party.end),
      member,
    ]);
  }

  const namespaceOf = (end: Versions<Party>): Versions<Namespace> | undefined => {
    const [pod] = podsOf(end);
    return pod === undefined ? undefined : namespaces.get(pod.namespace);
  };
  const named = [...Map.groupBy(parties, (end) => signature(end, namespaceOf(end))).values()];
  const classes = named.map((members, id): EndClass => {
    const [first] = members;
    if (first === undefined) throw new Error("a class of nobody");
    const namespace = namespaceOf(first);
    const own = [first.edit, namespace?.edit].filter((edit) => edit !== undefined).sort(compareEdits);
    const isolated = {
      ingress: isolating(first, "ingress"),
      egress: isolating(first, "egress"),
    };
    return { id, members, versions: first, namespace, isolating: isolated, own };
  });
  const outside = outsideParts(sets, inhabited).map((part, i): EndClass => {
    const party: Party = { name: "", end: { kind: "address", address: part.address }, several: false };
    return {
      id: classes.length + i,
      members: [],
      outside: part,
      versions: { key: "", before: party, after: party, edit: undefined },
      namespace: undefined,
      isolating: { ingress: [], egress: [] },
      own: [],
    };
  });
  return [...classes, ...outside];
}
