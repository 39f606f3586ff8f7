import * as fc from "fast-check";
import { expect, it } from "vitest";
import { blockGroup, groupOf } from "../../../src/analysis/map/map-end.ts";
import { isShown } from "../../../src/analysis/map/map-filter.ts";
import { mapPairs } from "../../../src/analysis/map/map-pairs.ts";
import { reacher } from "../../../src/analysis/map/map-reach.ts";
import { worldBlocks } from "../../../src/analysis/map/world-blocks.ts";
import { destinationOf } from "../../../src/analysis/party.ts";
import { reach } from "../../../src/analysis/reach.ts";
import { connectivityMap } from "../../../src/analysis/connectivity-map.ts";
import { families } from "../../../src/core/address.ts";
import { keyOf } from "../../../src/core/cluster.ts";
import { compile } from "../../../src/core/compile.ts";
import { isExempt } from "../../../src/core/end.ts";
import { evaluate } from "../../../src/core/evaluate.ts";
import { livePods } from "../../../src/core/live-pods.ts";
import {
  type Traffic,
  equalTraffic,
  formatPorts,
  intersectTraffic,
  subtractTraffic,
  unionTraffic,
} from "../../../src/core/traffic.ts";
import { podParty } from "../../../src/library/ends.ts";
import { flowAtoms } from "../../support/atoms.ts";
import { clusterArbitrary } from "../../support/cluster-arbitrary.ts";
import { must } from "../../support/must.ts";
import { SEARCH_TIMEOUT, search } from "../../support/search.ts";

const shown = ({ TCP, UDP, SCTP, other }: Traffic): string =>
  [TCP, UDP, SCTP].map(formatPorts).join("|") + String(other);

it(
  "tells of every pair what its two ends are told alone, the world's blocks included",
  () => {
    search("pairs of a map", { cases: clusterArbitrary, inTest: 100 }, (cluster) => {
      const program = compile(cluster);
      const parties = livePods(cluster.pods).map((pod) => podParty(pod, pod.name.length % 2 === 0));
      const groups = [...parties.map(groupOf), ...worldBlocks(program).map(blockGroup)];
      let verdicts = 0;
      for (const { from, to, reach: found } of [...mapPairs(reacher(program), groups, groups)].flat()) {
        const [a, b] = [must(from.parties[0]), must(to.parties[0])];
        // A single-stack pod and itself: everything passes, over a family that it speaks.
        const alone = reach(program, a, b);
        if (!equalTraffic(found.all, alone.certain) || !equalTraffic(found.some, alone.certain))
          throw new Error(`${from.name} -> ${to.name}: ${shown(found.all)}, alone ${shown(alone.certain)}`);
        if (!equalTraffic(found.depends, subtractTraffic(alone.possible, alone.certain)))
          throw new Error(`${from.name} -> ${to.name} depends: ${shown(found.depends)}`);
        for (const flow of flowAtoms(cluster)) {
          const asked = new Set(
            families.map((family) =>
              evaluate(program, { source: a.end, destination: destinationOf(a, b), family, flow }),
            ),
          );
          const pair = { from, to, reach: found };
          const best = asked.has("allowed") ? "allowed" : asked.has("depends") ? "depends" : "denied";
          if (!isShown(pair, best, flow))
            throw new Error(`${from.name} -> ${to.name} is not shown as ${best}`);
          verdicts += 1;
        }
      }
      return verdicts;
    });
  },
  SEARCH_TIMEOUT,
);

it(
  "tells of two groups what all and what some of their pods are told",
  () => {
    const cases = fc.record({ cluster: clusterArbitrary, cut: fc.nat(6) });
    search("groups of a map", { cases, inTest: 400 }, ({ cluster, cut }) => {
      const program = compile(cluster);
      const parties = livePods(cluster.pods).map((pod) => podParty(pod));
      const halves = [parties.slice(0, cut), parties.slice(cut)].filter((each) => each.length > 0);
      const groups = halves.map((each, i) => ({ end: { pod: `g/${i}` }, name: `g/${i}`, parties: each }));
      const pairs = [...mapPairs(reacher(program), groups, groups)].flat();
      for (const { from, to, reach: found } of pairs) {
        const isOneself = from.name === to.name && from.parties.length > 1;
        const all = from.parties
          .flatMap((a) => to.parties.map((b) => ({ a, b })))
          .filter(({ a, b }) => !isOneself || isExempt(a.end, b.end) !== "yes" || keyOfEnd(a) !== keyOfEnd(b))
          .map(({ a, b }) => reach(program, a, b).certain);
        if (!equalTraffic(found.all, all.reduce(intersectTraffic)))
          throw new Error(`${from.name} -> ${to.name}: all ${shown(found.all)}`);
        if (!equalTraffic(found.some, all.reduce(unionTraffic)))
          throw new Error(`${from.name} -> ${to.name}: some ${shown(found.some)}`);
      }
      return pairs.length;
    });
  },
  SEARCH_TIMEOUT,
);

const keyOfEnd = ({ end }: { end: { kind: string; pod?: unknown } }): string =>
  keyOf(end.pod as { namespace: string; name: string });

it("does not depend on the order in which ends are given", () => {
  fc.assert(
    fc.property(clusterArbitrary, (cluster) => {
      const program = compile(cluster);
      const parties = livePods(cluster.pods).map((pod) => podParty(pod));
      const blocks = worldBlocks(program);
      expect(connectivityMap(program, parties.toReversed(), blocks)).toEqual(
        connectivityMap(program, parties, blocks),
      );
    }),
    { numRuns: 30 },
  );
});
