import { describe, test } from "vitest";
import { addressBook } from "../../src/core/address-book.ts";
import { type Cluster, compile } from "../../src/core/compile.ts";
import { families } from "../../src/core/address.ts";
import { type End, podEnd } from "../../src/core/end.ts";
import { judge, verdictFor } from "../../src/core/evaluate.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { nodes } from "../support/arbitrary/addresses.ts";
import { addressAtoms, flowAtoms } from "../support/atoms.ts";
import { type Bits, addressOfBits, bitsOfAddress } from "../support/bits.ts";
import { clusterArbitrary, writtenClusterArbitrary } from "../support/cluster-arbitrary.ts";
import { naiveVerdicts } from "../support/naive-evaluator.ts";
import { type NaiveEnd, endAt } from "../support/naive/ends.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { disagreement, flowText, wayText } from "../support/verdict-error.ts";

/** Pairs of which neither is a pod are all one case: no policy applies. One such pair is enough. */
function pairsOf(ends: readonly NaiveEnd[]): [NaiveEnd, NaiveEnd][] {
  const pairs = ends.flatMap((a) => ends.map((b): [NaiveEnd, NaiveEnd] => [a, b]));
  const [strangers, others] = [
    pairs.filter(([a, b]) => !a.pod && !b.pod),
    pairs.filter(([a, b]) => a.pod ?? b.pod),
  ];
  return [...strangers.slice(-1), ...others];
}

function comparePackets(cluster: Cluster): number {
  const program = compile(cluster);
  const book = addressBook(livePods(cluster.pods), nodes);
  const flows = flowAtoms(cluster);
  let compared = 0;
  for (const family of families) {
    const atoms = addressAtoms(cluster, nodes, family === "IPv4" ? 32 : 128);
    for (const [from, to] of pairsOf(atoms.map((bits) => endAt(bits, cluster, nodes)))) {
      const [source = "", destination = ""] = [from.candidates[0], to.candidates[0]];
      const judged = judge(program, book(addressOfBits(source)), book(addressOfBits(destination)), family);
      const naive = naiveVerdicts(cluster, from, to, flows);
      for (const [i, flow] of flows.entries()) {
        const ours = verdictFor(judged, flow);
        const theirs = naive[i] ?? "missing";
        if (ours !== theirs)
          throw disagreement(cluster, wayText(source, destination, flow), {
            naive: theirs,
            "core/evaluate": ours,
          });
      }
      compared += flows.length;
    }
  }
  return compared;
}

/** An end in both worlds, and what to call it. */
interface BothEnds {
  readonly ours: End;
  readonly name: string;
  naive(atoms: readonly Bits[]): NaiveEnd;
}

function writtenEnds(cluster: Cluster): BothEnds[] {
  const pods = livePods(cluster.pods).flatMap((pod) =>
    [0, 1].map((replica): BothEnds => {
      const own = pod.addresses === "unknown" ? undefined : pod.addresses.map(bitsOfAddress);
      return {
        ours: { kind: "pod", pod, replica },
        name: `${pod.namespace}/${pod.name} (replica ${replica})`,
        naive: (atoms) => ({
          pod,
          replica,
          candidates: own?.filter((bits) => atoms.includes(bits)) ?? atoms,
        }),
      };
    }),
  );
  const hosts = cluster.pods.filter(({ hostNetwork }) => hostNetwork);
  const nodes = hosts.map((pod): BothEnds => {
    const own = pod.addresses === "unknown" ? undefined : pod.addresses.map(bitsOfAddress);
    return {
      ours: podEnd(pod),
      name: `${pod.namespace}/${pod.name} (hostNetwork)`,
      naive: (atoms) => ({
        node: { name: pod.node },
        candidates: own?.filter((bits) => atoms.includes(bits)) ?? atoms,
      }),
    };
  });
  return [...pods, ...nodes];
}

function compareWritten(cluster: Cluster): number {
  const program = compile(cluster);
  const ends = writtenEnds(cluster);
  const flows = flowAtoms(cluster);
  let compared = 0;
  for (const family of families) {
    const atoms = addressAtoms(cluster, [], family === "IPv4" ? 32 : 128);
    for (const [from, to] of ends.flatMap((a) => ends.map((b): [BothEnds, BothEnds] => [a, b]))) {
      const judged = judge(program, from.ours, to.ours, family);
      const naive = naiveVerdicts(cluster, from.naive(atoms), to.naive(atoms), flows);
      for (const [i, flow] of flows.entries()) {
        const ours = verdictFor(judged, flow);
        const theirs = naive[i] ?? "missing";
        if (ours !== theirs)
          throw disagreement(cluster, `${from.name} -> ${to.name} ${family} ${flowText(flow)}`, {
            naive: theirs,
            "core/evaluate": ours,
          });
      }
      compared += flows.length;
    }
  }
  return compared;
}

describe("the naive evaluator and core/evaluate agree", () => {
  test(
    "on every atom between every two addresses of a running cluster",
    () =>
      search("naive oracle, running clusters", { cases: clusterArbitrary, inTest: 2_000 }, comparePackets),
    SEARCH_TIMEOUT,
  );

  test(
    "between pods that were only written down, whose addresses nobody knows",
    () =>
      search(
        "naive oracle, written clusters",
        { cases: writtenClusterArbitrary, inTest: 1_000 },
        compareWritten,
      ),
    SEARCH_TIMEOUT,
  );
});
