import { expect, test } from "vitest";
import { families } from "../../src/core/address.ts";
import { BASE_CHAINS } from "../../src/render/nftables/base-chains.ts";
import { dispatchChain } from "../../src/render/names.ts";
import type { Ruleset } from "../../src/render/ruleset.ts";
import { nodes } from "../support/arbitrary/addresses.ts";
import { type TestBackend, backends } from "../support/backends.ts";
import { clusterArbitrary } from "../support/cluster-arbitrary.ts";
import { nftWith } from "../support/nftables/nft-with.ts";
import { nextChains } from "../support/nftables/table.ts";
import { kernelWith } from "../support/packet-interpreter.ts";
import { SEARCH_TIMEOUT, search } from "../support/search.ts";
import { rulesetOf } from "../support/transition.ts";

/** What of one family is ours, and what of it some rule or map leads to or names. */
interface Names {
  readonly chains: readonly string[];
  readonly reached: ReadonlySet<string>;
  readonly sets: readonly string[];
  readonly named: ReadonlySet<string>;
}

const namesIn: Readonly<Record<TestBackend["name"], (ruleset: Ruleset) => Names[]>> = {
  iptables: (ruleset) => {
    const kernel = kernelWith(ruleset);
    return families.map((family) => {
      const { chains, width } = kernel.tables[family];
      const rules = [...chains.values()].flat();
      return {
        chains: [...chains.keys()].filter((chain) => /^(?:SV|SELVEDGE)-/.test(chain)),
        reached: new Set(
          rules.map(({ target }) => (target.kind === "jump" || target.kind === "goto" ? target.chain : "")),
        ),
        sets: [...kernel.sets.values()].filter((set) => set.width === width).map(({ name }) => name),
        named: new Set(rules.flatMap(({ sets }) => [...sets])),
      };
    });
  },
  nftables: (ruleset) =>
    [...nftWith(ruleset).tables.values()].map(({ chains, sets }) => ({
      chains: [...chains.keys()].filter((name) => !BASE_CHAINS.has(name)),
      reached: new Set([...chains.values()].flatMap((chain) => nextChains(chain, sets))),
      sets: [...sets.keys()],
      named: new Set([...chains.values()].flatMap(({ rules }) => rules.flatMap((rule) => [...rule.sets]))),
    })),
};

test.each(backends)(
  "every chain that is rendered is gone to by some rule, and every set is named by one ($name)",
  ({ name, layout }) =>
    search(`no orphans, ${name}`, { cases: clusterArbitrary, inTest: 200 }, (cluster) => {
      for (const node of nodes) {
        const found = namesIn[name](rulesetOf(cluster, node.name, undefined, undefined, layout));
        expect(found).toHaveLength(families.length);
        for (const { chains, reached, sets, named } of found) {
          expect(chains.filter((chain) => !reached.has(chain))).toEqual([]);
          expect(reached).toContain(dispatchChain("ingress"));
          expect(sets.filter((set) => !named.has(set))).toEqual([]);
        }
      }
      return nodes.length;
    }),
  SEARCH_TIMEOUT,
);
