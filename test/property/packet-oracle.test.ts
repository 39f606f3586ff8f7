import { describe, expect, test } from "vitest";
import { addressBook } from "../../src/core/address-book.ts";
import { families } from "../../src/core/address.ts";
import { type Cluster, compile } from "../../src/core/compile.ts";
import { judge, verdictFor } from "../../src/core/evaluate.ts";
import { livePods } from "../../src/core/live-pods.ts";
import { isEmptyPlan, planWrites, stateAfter } from "../../src/kernel/plan.ts";
import { type Host, plainHost } from "../../src/render/host.ts";
import type { FamilyRuleset } from "../../src/render/ruleset.ts";
import { nodes } from "../support/arbitrary/addresses.ts";
import { addressAtoms, flowAtoms } from "../support/atoms.ts";
import { type TestBackend, backends, iptables, nftables } from "../support/backends.ts";
import { addressOfBits } from "../support/bits.ts";
import { clusterArbitrary } from "../support/cluster-arbitrary.ts";
import { fateOf } from "../support/netfilter/fate.ts";
import { type NaiveEnd, endAt } from "../support/naive/ends.ts";
import { arrives, checkpoints, kernelWith, packetsOf, readBack } from "../support/packet-interpreter.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { rulesetOf } from "../support/transition.ts";
import { disagreement, wayText } from "../support/verdict-error.ts";

/** Within a pod nothing is on the wire; but a packet to its own address comes back to it through a Service. */
const isOnTheWire = (from: NaiveEnd, to: NaiveEnd): boolean =>
  (from.pod !== undefined || to.pod !== undefined) &&
  (from.pod !== to.pod || from.candidates[0] === to.candidates[0]);

function compareWithKernel(cluster: Cluster, { layout, judgeWith }: TestBackend, host?: Host): number {
  const program = compile(cluster);
  const book = addressBook(livePods(cluster.pods), nodes);
  const judges = new Map(
    nodes.map(({ name }) => [name, judgeWith(rulesetOf(cluster, name, undefined, host, layout))]),
  );
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
          const theirs = arrives(judges, places, packet) ? "allowed" : "denied";
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

/** A node on which others accept all before us in filter. */
const amongAccepting: TestBackend = {
  ...iptables,
  judgeWith: (ruleset) => {
    const kernel = kernelWith(ruleset);
    for (const family of families)
      kernel.restoreTable(family, "*filter\n-I FORWARD 1 -j ACCEPT\n-I OUTPUT 1 -j ACCEPT\nCOMMIT\n");
    return (hook, packet) => fateOf(kernel, hook, packet);
  },
};

/** A node whose map of ports knows nobody, as one that is being made anew may for a moment. */
const withoutPorts: TestBackend = {
  ...nftables,
  judgeWith: ({ IPv4, IPv6 }) => {
    const emptied = (whole: FamilyRuleset): FamilyRuleset => ({
      ...whole,
      sets: new Map(
        [...whole.sets].map(([name, set]) => [
          name,
          set.type === "port-verdicts" ? { ...set, entries: new Set() } : set,
        ]),
      ),
    });
    return nftables.judgeWith({ IPv4: emptied(IPv4), IPv6: emptied(IPv6) });
  },
};

function compareReading(cluster: Cluster, host?: Host): number {
  for (const { name } of nodes) {
    const ruleset = rulesetOf(cluster, name, undefined, host);
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
  test.each(backends)(
    "let pass exactly what core/evaluate allows ($name)",
    (backend) =>
      search(`packet oracle, ${backend.name}`, { cases: clusterArbitrary, inTest: 300 }, (cluster) =>
        compareWithKernel(cluster, backend),
      ),
    SEARCH_TIMEOUT,
  );

  test(
    "let pass exactly that by way of the classes alone (nftables)",
    () =>
      search("packet oracle, without the map of ports", { cases: clusterArbitrary, inTest: 150 }, (cluster) =>
        compareWithKernel(cluster, withoutPorts),
      ),
    SEARCH_TIMEOUT,
  );

  test(
    "let pass exactly that where the kernel has no xt_bpf",
    () =>
      search("packet oracle, self traffic listed", { cases: clusterArbitrary, inTest: 60 }, (cluster) =>
        compareWithKernel(cluster, iptables, { ...plainHost, selfTraffic: "listed" }),
      ),
    SEARCH_TIMEOUT,
  );

  test.each([
    ...backends.map((backend) => [backend.name, backend] as const),
    ["iptables, and others accept all before us in filter", amongAccepting] as const,
  ])(
    "let pass exactly that where denied packets are refused (%s)",
    (name, backend) =>
      search(`packet oracle, refused, ${name}`, { cases: clusterArbitrary, inTest: 30 }, (cluster) =>
        compareWithKernel(cluster, backend, { ...plainHost, denial: "reject" }),
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
