import { describe, expect, test } from "vitest";
import { addressBook } from "../../src/core/address-book.ts";
import { families } from "../../src/core/address.ts";
import { type Cluster, compile } from "../../src/core/compile.ts";
import { judge, verdictFor } from "../../src/core/evaluate.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { nodeProgram } from "../../src/core/node-program.ts";
import { isEmptyPlan, planWrites, stateAfter } from "../../src/kernel/plan.ts";
import { type Host, plainHost } from "../../src/render/host.ts";
import { renderIptables } from "../../src/render/iptables.ts";
import type { Ruleset } from "../../src/render/ruleset.ts";
import { nodes } from "../support/arbitrary/addresses.ts";
import { addressAtoms, flowAtoms } from "../support/atoms.ts";
import { addressOfBits } from "../support/bits.ts";
import { clusterArbitrary } from "../support/cluster-arbitrary.ts";
import type { MemoryKernel } from "../support/netfilter/memory-kernel.ts";
import { type NaiveEnd, endAt } from "../support/naive/ends.ts";
import { arrives, checkpoints, kernelWith, packetsOf, readBack } from "../support/packet-interpreter.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { disagreement, wayText } from "../support/verdict-error.ts";

const rulesetOf = (cluster: Cluster, node: string, host?: Host): Ruleset =>
  renderIptables(nodeProgram(compile(cluster), node, livePods(cluster.pods)), host);

/** Within a pod nothing is on the wire; but a packet to its own address comes back to it through a Service. */
const isOnTheWire = (from: NaiveEnd, to: NaiveEnd): boolean =>
  (from.pod !== undefined || to.pod !== undefined) &&
  (from.pod !== to.pod || from.candidates[0] === to.candidates[0]);

function compareWithKernel(
  cluster: Cluster,
  host?: Host,
  neighbours: (kernel: MemoryKernel) => void = () => undefined,
): number {
  const program = compile(cluster);
  const book = addressBook(livePods(cluster.pods), nodes);
  const kernels = new Map(nodes.map(({ name }) => [name, kernelWith(rulesetOf(cluster, name, host))]));
  for (const kernel of kernels.values()) neighbours(kernel);
  const flows = flowAtoms(cluster);
  let compared = 0;
  for (const family of families) {
    const ends = addressAtoms(cluster, nodes, family === "IPv4" ? 32 : 128).map((bits) =>
      endAt(bits, cluster, nodes),
    );
    for (const [from, to] of ends.flatMap((a) => ends.map((b): [NaiveEnd, NaiveEnd] => [a, b]))) {
      if (!isOnTheWire(from, to)) continue;
      const [source = "", destination = ""] = [from.candidates[0], to.candidates[0]];
      const judged = judge(program, book(addressOfBits(source)), book(addressOfBits(destination)), family);
      const places = checkpoints(from, to);
      for (const flow of flows) {
        const ours = verdictFor(judged, flow);
        for (const packet of packetsOf(flow, from, to)) {
          const theirs = arrives(kernels, places, packet) ? "allowed" : "denied";
          compared += 1;
          if (ours !== theirs)
            throw disagreement(cluster, `${wayText(source, destination, flow)} (${packet.protocol})`, {
              "core/evaluate": ours,
              kernel: theirs,
            });
        }
      }
    }
  }
  return compared;
}

function compareReading(cluster: Cluster, host?: Host): number {
  for (const { name } of nodes) {
    const ruleset = rulesetOf(cluster, name, host);
    expect(isEmptyPlan(planWrites(stateAfter(ruleset), ruleset))).toBe(true);
    const state = readBack(kernelWith(ruleset));
    const meant = stateAfter(ruleset);
    const sets = [...meant.sets].map(([set, { type, entries }]) => [set, { type, entries }] as const);
    expect(state.sets).toEqual(new Map(sets));
    for (const family of families) {
      const [is, was] = [state.tables[family], meant.tables[family]];
      expect(is.chains).toEqual(was.chains);
      expect(is.filter?.chains.size).toBe(was.filter?.chains.size ?? 0);
    }
    expect(isEmptyPlan(planWrites(state, ruleset))).toBe(true);
  }
  return nodes.length;
}

describe("the rendered rules, interpreted packet by packet", () => {
  test(
    "let pass exactly what core/evaluate allows",
    () =>
      search("packet oracle", { cases: clusterArbitrary, inTest: 300 }, (cluster) =>
        compareWithKernel(cluster),
      ),
    SEARCH_TIMEOUT,
  );

  test(
    "let pass exactly that where the kernel has no xt_bpf",
    () =>
      search("packet oracle, self traffic listed", { cases: clusterArbitrary, inTest: 60 }, (cluster) =>
        compareWithKernel(cluster, { ...plainHost, selfTraffic: "listed" }),
      ),
    SEARCH_TIMEOUT,
  );

  test.each([
    ["", []],
    [", and others accept all before us in filter", ["FORWARD", "OUTPUT"]],
  ] as const)(
    "let pass exactly that where denied packets are refused%s",
    (name, accepting) =>
      search(`packet oracle, refused${name}`, { cases: clusterArbitrary, inTest: 30 }, (cluster) =>
        compareWithKernel(cluster, { ...plainHost, denial: "reject" }, (kernel) => {
          const rules = accepting.map((chain) => `-I ${chain} 1 -j ACCEPT`);
          for (const family of families)
            kernel.restoreTable(family, ["*filter", ...rules, "COMMIT", ""].join("\n"));
        }),
      ),
    SEARCH_TIMEOUT,
  );

  test(
    "are read back as they were written, and then nothing is left to write",
    () =>
      search(
        "reading back",
        { cases: clusterArbitrary, inTest: 200 },
        (cluster) => compareReading(cluster) + compareReading(cluster, { ...plainHost, denial: "reject" }),
      ),
    SEARCH_TIMEOUT,
  );
});
