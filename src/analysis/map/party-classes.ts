import { type Family } from "../../core/address.ts";
import type { AddressSet } from "../../core/address-set.ts";
import { type ObjectKey, type Pod, keyOf } from "../../core/cluster.ts";
import { type End, isWithin, speaks } from "../../core/end.ts";
import { isolatingPolicies } from "../../core/evaluate.ts";
import { directions } from "../../core/policy.ts";
import type { Program } from "../../core/program.ts";
import type { Party } from "../party.ts";
import { namedSets } from "./named-sets.ts";

/** Parties that are the same to every rule, as either end. On whose node they are, and which pod each is, is not in it. */
export interface PartyClass {
  readonly number: number;
  /** One of them, who stands for all. */
  readonly party: Party;
  readonly groups: ReadonlySet<string>;
  readonly speaks: Readonly<Record<Family, boolean>>;
  /** For each of the program's named sets a letter: whether it holds the address. */
  readonly places: Readonly<Record<Family, string>>;
  /** Ports with names, as a text. */
  readonly ports: string;
}

function groupsByPod({ groups }: Program): ReadonlyMap<ObjectKey, ReadonlySet<string>> {
  const found = new Map<ObjectKey, Set<string>>();
  for (const { id, members } of groups.values()) {
    for (const { pod } of members) {
      const ids = found.get(pod);
      if (ids === undefined) found.set(pod, new Set([id]));
      else ids.add(id);
    }
  }
  return found;
}

const isUnknown = (end: End): boolean =>
  (end.kind === "pod" && end.address === undefined && end.pod.addresses === "unknown") ||
  (end.kind === "node" && end.addresses === "unknown");

/** One letter for each answer. */
const placesOf = (end: End, sets: readonly AddressSet[]): Readonly<Record<Family, string>> => {
  const over = (family: Family): string =>
    speaks(end, family) ? sets.map((set) => isWithin(end, set, family)[0]).join("") : "";
  return { IPv4: over("IPv4"), IPv6: over("IPv6") };
};

const noGroups: ReadonlySet<string> = new Set();

/**
 * Tells the class of a party. A cluster of thousands of pods has some hundreds of classes, and one of each stands for all:
 * that is what makes a map of all pairs quick.
 */
export function partyClasses(program: Program): (party: Party) => PartyClass {
  const sets = namedSets(program);
  const groups = groupsByPod(program);
  const classes = new Map<string, PartyClass>();
  const isolations = new Map<string, string>();
  let placesOfUnknown: PartyClass["places"] | undefined;

  function isolation(end: Extract<End, { kind: "pod" }>): string {
    const key = JSON.stringify([end.pod.namespace, end.pod.labels]);
    const known = isolations.get(key);
    if (known !== undefined) return known;
    const text = JSON.stringify(
      directions.map((direction) => isolatingPolicies(program, end, direction).map(keyOf)),
    );
    isolations.set(key, text);
    return text;
  }

  function places(end: End): PartyClass["places"] {
    if (!isUnknown(end)) return placesOf(end, sets);
    placesOfUnknown ??= placesOf(end, sets);
    return placesOfUnknown;
  }

  const groupsOf = (pod: Pod): ReadonlySet<string> => groups.get(keyOf(pod)) ?? noGroups;

  return (party) => {
    const { end, hostPod } = party;
    const pods = [...(end.kind === "pod" ? [end.pod] : []), ...(hostPod === undefined ? [] : [hostPod])];
    const own = {
      speaks: { IPv4: speaks(end, "IPv4"), IPv6: speaks(end, "IPv6") },
      places: places(end),
      ports: JSON.stringify(pods.map((pod) => pod.ports)),
    };
    const told = pods.map((pod) => [isolation({ kind: "pod", pod }), ...groupsOf(pod)]);
    const key = JSON.stringify([end.kind, hostPod === undefined, own, told]);
    const known = classes.get(key);
    if (known !== undefined) return known;
    const made = {
      ...own,
      number: classes.size,
      party,
      groups: end.kind === "pod" ? groupsOf(end.pod) : noGroups,
    };
    classes.set(key, made);
    return made;
  };
}
