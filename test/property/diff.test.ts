import { describe, test } from "vitest";
import type { DiffSide } from "../../src/analysis/diff/diff-side.ts";
import { type ClustersDiff, clustersDiff } from "../../src/analysis/diff/clusters-diff.ts";
import { type Edit, editId } from "../../src/analysis/diff/edit.ts";
import type { DiffChange, EndGroup } from "../../src/analysis/diff/grouped.ts";
import type { Party } from "../../src/analysis/party.ts";
import { type Family, families } from "../../src/core/address.ts";
import { containsAddress } from "../../src/core/address-set.ts";
import { keyOf } from "../../src/core/cluster.ts";
import type { Cluster } from "../../src/core/compile.ts";
import { type End, podEnd } from "../../src/core/end.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { containsFlow } from "../../src/core/traffic.ts";
import { nodes } from "../support/arbitrary/addresses.ts";
import { addressAtoms, flowAtoms } from "../support/atoms.ts";
import { type Change, changeArbitrary } from "../support/change-arbitrary.ts";
import { type Bits, addressOfBits, bitsOfAddress } from "../support/bits.ts";
import { writtenClusterArbitrary } from "../support/cluster-arbitrary.ts";
import { manifests } from "../support/manifests.ts";
import { naiveVerdicts } from "../support/naive-evaluator.ts";
import type { NaiveEnd } from "../support/naive/ends.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { flowText } from "../support/verdict-error.ts";
import * as fc from "fast-check";

function sideOf({ namespaces, pods, policies }: Cluster): DiffSide {
  const hosts = pods.filter(({ hostNetwork, finished }) => hostNetwork && !finished);
  const live = livePods(pods);
  const named: Party[] = [
    ...[...live, ...hosts].map((pod) => ({ name: keyOf(pod), end: podEnd(pod), several: false })),
    ...nodes.map(({ name, addresses }): Party => ({
      name: `node ${name}`,
      end: { kind: "node", name, addresses },
      several: false,
    })),
  ];
  const inhabited = [...live, ...hosts, ...nodes].flatMap(({ addresses }) =>
    addresses === "unknown" ? [] : addresses,
  );
  return { namespaces, policies, parties: named, inhabited };
}

/** The sides' objects with only these edits made. */
function between(before: DiffSide, after: DiffSide, made: readonly Edit[]): DiffSide {
  const ids = new Set(made.map(editId));
  function mixed<T>(
    kind: Edit["kind"],
    old: readonly T[],
    fresh: readonly T[],
    key: (each: T) => string,
  ): T[] {
    const isMade = (each: T): boolean => ids.has(editId({ kind, key: key(each), change: "changed" }));
    return [...old.filter((each) => !isMade(each)), ...fresh.filter(isMade)];
  }
  return {
    namespaces: mixed("namespace", before.namespaces, after.namespaces, ({ name }) => name),
    policies: mixed("policy", before.policies, after.policies, keyOf),
    parties: mixed("end", before.parties, after.parties, ({ name }) => name),
    inhabited: [],
  };
}

/** Everything that differs in any way; edits that mean nothing are among them. */
function allEdits(before: DiffSide, after: DiffSide): Edit[] {
  const of = (kind: Edit["kind"], keys: readonly string[]): Edit[] =>
    [...new Set(keys)].map((key) => ({ kind, key, change: "changed" }));
  return [
    ...of(
      "namespace",
      [...before.namespaces, ...after.namespaces].map(({ name }) => name),
    ),
    ...of("policy", [...before.policies, ...after.policies].map(keyOf)),
    ...of(
      "end",
      [...before.parties, ...after.parties].map(({ name }) => name),
    ),
  ];
}

function naiveEnd(end: End, atoms: readonly Bits[]): NaiveEnd {
  const own = end.kind === "pod" ? end.pod.addresses : end.kind === "node" ? end.addresses : [end.address];
  const bits = own === "unknown" ? atoms : own.map(bitsOfAddress).filter((each) => atoms.includes(each));
  switch (end.kind) {
    case "pod":
      return { pod: end.pod, candidates: bits };
    case "node":
      return { node: { name: end.name }, candidates: bits };
    case "address":
      return { candidates: bits };
  }
}

const hasEnd = (group: EndGroup, party: Party): boolean =>
  party.end.kind === "address"
    ? containsAddress(group.outside, party.end.address)
    : group.names.includes(party.name);

interface Asked {
  readonly parties: readonly Party[];
  readonly atoms: Readonly<Record<Family, readonly Bits[]>>;
  readonly flows: ReturnType<typeof flowAtoms>;
}

/** Whom to ask, and about what: all that both clusters' rules can tell apart. */
function askedOf(before: Cluster, after: Cluster, sides: readonly [DiffSide, DiffSide]): Asked {
  const merged: Cluster = {
    namespaces: [],
    pods: [...before.pods, ...after.pods],
    policies: [...before.policies, ...after.policies],
  };
  const taken = new Set(sides.flatMap(({ inhabited }) => inhabited.map(bitsOfAddress)));
  const atoms = {
    IPv4: addressAtoms(merged, nodes, 32),
    IPv6: addressAtoms(merged, nodes, 128),
  };
  const strangers = families.flatMap((family) => {
    const free = atoms[family].filter((bits) => !taken.has(bits));
    const step = Math.ceil(free.length / 4);
    return free
      .filter((_, i) => i % step === 0)
      .map((bits): Party => ({
        name: bits,
        end: { kind: "address", address: addressOfBits(bits) },
        several: false,
      }));
  });
  const [old, fresh] = sides;
  const shared = old.parties.filter(({ name }) => fresh.parties.some((other) => other.name === name));
  return { parties: [...shared, ...strangers], atoms, flows: flowAtoms(merged) };
}

const clusterOf = ({ namespaces, policies }: DiffSide): Cluster => ({ namespaces, policies, pods: [] });

/** Naively, what a side says of all flows between two parties, by their names there. */
function verdicts(
  side: DiffSide,
  [from, to]: readonly [Party, Party],
  family: Family,
  { atoms, flows }: Asked,
) {
  const here = (party: Party): NaiveEnd =>
    naiveEnd(side.parties.find(({ name }) => name === party.name)?.end ?? party.end, atoms[family]);
  return naiveVerdicts(clusterOf(side), here(from), here(to), flows);
}

const told = ({ before, after }: Change): string =>
  `${manifests(before)}\n=== and then ===\n${manifests(after)}`;

const covers = (change: DiffChange, pair: readonly [Party, Party], family: Family): boolean =>
  (change.family ?? family) === family && hasEnd(change.from, pair[0]) && hasEnd(change.to, pair[1]);

function compareMaps(clusters: Change): number {
  const sides = [sideOf(clusters.before), sideOf(clusters.after)] as const;
  const asked = askedOf(clusters.before, clusters.after, sides);
  const { changes } = clustersDiff(...sides);
  let compared = 0;
  for (const family of families) {
    for (const from of asked.parties) {
      for (const to of asked.parties) {
        if (from.name === to.name || (from.end.kind === "address" && to.end.kind === "address")) continue;
        const [old, fresh] = sides.map((side) => verdicts(side, [from, to], family, asked));
        const own = changes.filter((change) => covers(change, [from, to], family));
        const speaks = sides.some((side) => {
          const end = (party: Party): End =>
            side.parties.find(({ name }) => name === party.name)?.end ?? party.end;
          return [from, to].every((party) => naiveEnd(end(party), asked.atoms[family]).candidates.length > 0);
        });
        for (const [i, flow] of asked.flows.entries()) {
          const found = speaks ? own.filter(({ traffic }) => containsFlow(traffic, flow)) : [];
          const said = found.map(({ before, after }) => `${before} > ${after}`).join(" and ");
          const want = old?.[i] === fresh?.[i] ? "" : `${old?.[i]} > ${fresh?.[i]}`;
          if (said !== want)
            throw new Error(
              `${from.name} -> ${to.name} ${family} ${flowText(flow)}: the diff says "${said}", the maps "${want}"\n${told(clusters)}`,
            );
          compared += 1;
        }
      }
    }
  }
  return compared;
}

/** A change as text, as it looks from the other side. */
const backwards = { opened: "closed", closed: "opened", widened: "narrowed", narrowed: "widened" } as const;

const textOf = (value: unknown): string =>
  JSON.stringify(value, (_, each: unknown) => (typeof each === "bigint" ? `${each}` : each));

function lookBothWays(clusters: Change): number {
  const [before, after] = [sideOf(clusters.before), sideOf(clusters.after)];
  for (const pairs of ["shared", "all"] as const) {
    const there = clustersDiff(before, after, { pairs });
    const back = clustersDiff(after, before, { pairs });
    const line = (change: DiffChange, isTurned: boolean): string => {
      const { kind, before, after, edits, from, to, traffic, family } = change;
      const states = isTurned ? [after, before] : [before, after];
      return textOf([
        isTurned ? backwards[kind] : kind,
        states,
        edits.map(editId),
        from,
        to,
        traffic,
        family,
      ]);
    };
    const names = (parties: readonly Party[]): string => parties.map(({ name }) => name).join();
    const whole = ({ changes, counts, added, removed }: ClustersDiff, isTurned: boolean): string =>
      [
        ...changes.map((change) => line(change, isTurned)).sort(),
        textOf(
          isTurned
            ? [counts.closed, counts.opened, counts.narrowed, counts.widened]
            : [counts.opened, counts.closed, counts.widened, counts.narrowed],
        ),
        isTurned ? `${names(removed)}/${names(added)}` : `${names(added)}/${names(removed)}`,
      ].join("\n");
    const [one, other] = [whole(there, false), whole(back, true)];
    if (one !== other) throw new Error(`there:\n${one}\nback:\n${other}\n${told(clusters)}`);
    const itself = clustersDiff(after, after, { pairs });
    if (itself.changes.length + itself.added.length + itself.removed.length > 0)
      throw new Error(`a cluster differs from itself\n${manifests(clusters.after)}`);
  }
  return 4;
}

function undoCauses(clusters: Change): number {
  const sides = [sideOf(clusters.before), sideOf(clusters.after)] as const;
  const asked = askedOf(clusters.before, clusters.after, sides);
  const all = allEdits(...sides);
  let compared = 0;
  for (const change of clustersDiff(...sides).changes) {
    const causes = new Set(change.edits.map(editId));
    const side = (made: ReadonlySet<string>): DiffSide =>
      between(
        ...sides,
        all.filter((edit) => made.has(editId(edit))),
      );
    const others = (made: ReadonlySet<string>): Set<string> => new Set(all.map(editId)).difference(made);
    const [from, to] = [change.from, change.to].map((group) =>
      asked.parties.find((party) => hasEnd(group, party) && party.name !== ""),
    );
    const family = change.family ?? families.find((each) => from && to && speaksIn(from, to, each, asked));
    if (from === undefined || to === undefined || family === undefined || from.name === to.name) continue;
    const flows = [...asked.flows.entries()].filter(([, flow]) => containsFlow(change.traffic, flow));
    const isCause = (made: ReadonlySet<string>): boolean[] => {
      const alone = verdicts(side(made), [from, to], family, asked);
      const without = verdicts(side(others(made)), [from, to], family, asked);
      return flows.map(([i]) => alone[i] === change.after && without[i] === change.before);
    };
    const what = `${from.name} -> ${to.name} ${family}, by ${[...causes].join(" and ")}`;
    if (isCause(causes).includes(false))
      throw new Error(`${what}: they alone do not bring it, or it stays without them\n${told(clusters)}`);
    for (const cause of causes) {
      if (causes.size > 1 && !isCause(causes.difference(new Set([cause]))).includes(false))
        throw new Error(`${what}: ${cause} can be spared\n${told(clusters)}`);
    }
    compared += flows.length;
  }
  return compared;
}

const speaksIn = (from: Party, to: Party, family: Family, { atoms }: Asked): boolean =>
  [from, to].every(({ end }) => naiveEnd(end, atoms[family]).candidates.length > 0);

const cases: fc.Arbitrary<Change> = fc.oneof(
  { weight: 3, arbitrary: changeArbitrary },
  {
    weight: 1,
    arbitrary: fc.record({ before: writtenClusterArbitrary, after: writtenClusterArbitrary }),
  },
);

describe("the difference of two clusters", () => {
  test(
    "is that of their two maps, by the naive evaluator on every atom",
    () => search("diff and the two maps", { cases, inTest: 250 }, compareMaps),
    SEARCH_TIMEOUT,
  );

  test(
    "is the same from either side, and nothing of a cluster with itself",
    () => search("diff both ways", { cases, inTest: 250 }, lookBothWays),
    SEARCH_TIMEOUT,
  );

  test(
    "is caused by the edits that it names: they alone bring it, it goes without them, and none can be spared",
    () => search("causes of a diff", { cases, inTest: 250 }, undoCauses),
    SEARCH_TIMEOUT,
  );
});
