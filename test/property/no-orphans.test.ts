import { expect, test } from "vitest";
import { families } from "../../src/core/address.ts";
import { dispatchChain } from "../../src/render/names.ts";
import { nodes } from "../support/arbitrary/addresses.ts";
import { clusterArbitrary } from "../support/cluster-arbitrary.ts";
import { kernelWith } from "../support/packet-interpreter.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { rulesetOf } from "../support/transition.ts";

test(
  "every chain that is rendered is gone to by some rule, and every set is named by one",
  () =>
    search("no orphans", { cases: clusterArbitrary, inTest: 200 }, (cluster) => {
      for (const { name } of nodes) {
        const kernel = kernelWith(rulesetOf(cluster, name));
        const named = new Set<string>();
        for (const family of families) {
          const { chains } = kernel.tables[family];
          const rules = [...chains.values()].flat();
          const reached = new Set(
            rules.map(({ target }) => (target.kind === "jump" || target.kind === "goto" ? target.chain : "")),
          );
          const ours = [...chains.keys()].filter((chain) => /^(?:SV|SELVEDGE)-/.test(chain));
          expect(ours.filter((chain) => !reached.has(chain))).toEqual([]);
          expect(reached).toContain(dispatchChain("ingress"));
          for (const set of rules.flatMap(({ sets }) => [...sets])) named.add(set);
        }
        expect([...kernel.sets.keys()].filter((set) => !named.has(set))).toEqual([]);
      }
      return nodes.length;
    }),
  SEARCH_TIMEOUT,
);
