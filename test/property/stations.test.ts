import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { parseCidr } from "../../src/core/cidr.ts";
import type { Cluster } from "../../src/core/compile.ts";
import type { GateScope } from "../../src/core/start-gate.ts";
import { planWalk } from "../../src/kernel/walk/plan-walk.ts";
import { nodes } from "../support/arbitrary/addresses.ts";
import { textOfBits } from "../support/bits.ts";
import type { Change } from "../support/change-arbitrary.ts";
import { clusterArbitrary } from "../support/cluster-arbitrary.ts";
import {
  EVERYDAY_NODE as NODE,
  backwards,
  oneComes,
  oneIsRelabelled,
  policiesChange,
} from "../support/everyday.ts";
import { manifests } from "../support/manifests.ts";
import { must } from "../support/must.ts";
import type { Packet } from "../support/netfilter/packet.ts";
import { kernelWith, readBack, stepsTo } from "../support/packet-interpreter.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { isForwarded, rulesetOf, samplePackets, watched } from "../support/transition.ts";
import { upheavalArbitrary } from "../support/upheaval-arbitrary.ts";

/** The blocks of the node's pods. */
const gate: GateScope = {
  podCidrs: ["10.0.0.0/24", "fd00::/64"].map((text) => must(parseCidr(text))),
  own: [],
};

describe("an enforcer that is killed on the way", () => {
  interface Killed {
    readonly change: Change;
    readonly other: Cluster;
    /** After so many of its writes. */
    readonly at: number;
  }

  const killed: fc.Arbitrary<Killed> = fc.record({
    change: upheavalArbitrary,
    other: clusterArbitrary,
    at: fc.nat(1_000),
  });

  const examine = ({ change, other, at }: Killed, scope: GateScope | undefined): number => {
    const packets = samplePackets(
      { before: change.before, after: { ...change.after, pods: [...change.after.pods, ...other.pods] } },
      nodes,
    );
    const [before, after] = [rulesetOf(change.before, NODE, scope), rulesetOf(change.after, NODE, scope)];
    let verdicts = 0;
    for (const wanted of [after, rulesetOf(other, NODE, scope)]) {
      const kernel = kernelWith(before);
      const steps = stepsTo(readBack(kernel), after);
      const done = steps.slice(0, at % (steps.length + 1));
      for (const step of done) step.carryOut(kernel);
      const made = watched(kernel, wanted, packets);
      // Whom the start gate was about to forget, or to come to know, it may keep closed until its last word.
      const wasMeantOpen = (packet: Packet): boolean =>
        [before, after].every((ruleset) => isForwarded(kernelWith(ruleset), packet));
      const wrong = made.glitches.find(({ kind, packet }) => kind === "leaked" || wasMeantOpen(packet));
      if (wrong !== undefined) {
        const { packet, kind, writes } = wrong;
        const way = `${textOfBits(packet.source)} -> ${textOfBits(packet.destination)} ${packet.protocol} ${packet.port ?? ""} is ${kind}`;
        const texts = ["# killed after", ...done.map(({ text }) => text), "# then", ...writes];
        const clusters = [change.before, change.after, other].map(manifests);
        throw new Error([way, ...texts, ...clusters].join("\n"));
      }
      verdicts += made.verdicts;
    }
    return verdicts;
  };

  test.each([
    ["start gate off", undefined],
    ["start gate on", gate],
  ] as const)(
    "leaves what the next one leads to the same or to another end, and nothing passes or is dropped that should not (%s)",
    (name, scope) =>
      search(`hitless, killed on the way, ${name}`, { cases: killed, inTest: 60 }, (each) =>
        examine(each, scope),
      ),
    SEARCH_TIMEOUT,
  );
});

describe("what changes every day takes one plan", () => {
  const plansOf = ({ before, after }: Change, scope: GateScope | undefined) =>
    planWalk(
      { kind: "left", ruleset: rulesetOf(before, NODE, scope), stayed: [] },
      rulesetOf(after, NODE, scope),
    );

  test.each([
    ["a pod of this node comes", oneComes(NODE), gate],
    ["a pod of this node goes", backwards(oneComes(NODE)), gate],
    ["a pod elsewhere comes", oneComes("n2"), undefined],
    ["a pod elsewhere goes", backwards(oneComes("n2")), undefined],
    ["a pod elsewhere is relabelled", oneIsRelabelled("n2"), undefined],
    ["policies are created, edited and deleted", policiesChange, undefined],
  ] as const)("%s", (name, cases, scope) =>
    search(`plans, one where ${name}`, { cases, inTest: 150 }, (change) => {
      expect(plansOf(change, scope)).toHaveLength(1);
      return 1;
    }),
  );

  test("a pod of this node is relabelled, and what judges it stays", () =>
    search(
      "plans, one where a pod here is relabelled",
      { cases: oneIsRelabelled(NODE), inTest: 300 },
      (change) => {
        const plans = plansOf(change, gate);
        const isJudgedAlike = plans.every(({ plan }) => plan.tables.size === 0);
        expect(plans.length === 1 || !isJudgedAlike).toBe(true);
        return plans.length;
      },
    ));
});
