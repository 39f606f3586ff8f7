import * as fc from "fast-check";
import { expect, it } from "vitest";
import { blockGroup } from "../../../src/analysis/map/map-end.ts";
import { type WorldBlock, blocksIn, worldBlocks } from "../../../src/analysis/map/world-blocks.ts";
import { type Address, addressBits, families, formatAddress } from "../../../src/core/address.ts";
import { type Cidr, cidrInterval, formatCidr, isInCidr, parseCidr } from "../../../src/core/cidr.ts";
import { compile } from "../../../src/core/compile.ts";
import type { NetworkPolicy } from "../../../src/core/network-policy.ts";
import type { Program } from "../../../src/core/program.ts";
import { nodes } from "../../support/arbitrary/addresses.ts";
import { addressAtoms } from "../../support/atoms.ts";
import { addressOfBits } from "../../support/bits.ts";
import { clusterArbitrary } from "../../support/cluster-arbitrary.ts";
import { must } from "../../support/must.ts";
import { SEARCH_TIMEOUT, search } from "../../support/search.ts";
import { namedSets } from "../../../src/analysis/map/named-sets.ts";
import { containsAddress } from "../../../src/core/address-set.ts";

const cidr = (text: string): Cidr => must(parseCidr(text));
const textOf = ({ cidr, except }: WorldBlock): string =>
  [formatCidr(cidr), ...except.map(formatCidr)].join(" - ");
const holds = ({ cidr, except }: WorldBlock, address: Address): boolean =>
  isInCidr(address, cidr) && !except.some((each) => isInCidr(address, each));

const programOf = (...blocks: readonly { cidr: string; except?: readonly string[] }[]): Program => {
  const policies = blocks.map((ipBlock, i): NetworkPolicy => ({
    namespace: "a",
    name: `p${i}`,
    spec: { podSelector: {}, ingress: [{ from: [{ ipBlock }] }] },
  }));
  return compile({ namespaces: [], pods: [], policies });
};

/** By which of the rules' blocks an address is held: all that rules can tell of it. */
const meaning = (program: Program, address: Address): string =>
  namedSets(program)
    .map((set) => (containsAddress(set, address) ? "1" : "0"))
    .join("");

it("is what an ipBlock says, with its own excepts", () => {
  const program = programOf({ cidr: "0.0.0.0/0", except: ["10.0.0.0/8"] }, { cidr: "10.1.0.0/16" });
  expect(worldBlocks(program).map(textOf)).toEqual([
    "0.0.0.0/0 - 10.0.0.0/8",
    "10.0.0.0/8 - 10.1.0.0/16",
    "10.1.0.0/16",
    "::/0",
  ]);
});

it("puts neighbours together that no rule tells apart", () => {
  expect(worldBlocks(programOf({ cidr: "10.0.0.0/9" }, { cidr: "10.128.0.0/9" })).map(textOf)).toHaveLength(
    4,
  );
  const one: NetworkPolicy = {
    namespace: "a",
    name: "p",
    spec: {
      podSelector: {},
      ingress: [{ from: [{ ipBlock: { cidr: "10.0.0.0/9" } }, { ipBlock: { cidr: "10.128.0.0/9" } }] }],
    },
  };
  const program = compile({ namespaces: [], pods: [], policies: [one] });
  expect(worldBlocks(program).map(textOf)).toEqual(["0.0.0.0/0 - 10.0.0.0/8", "10.0.0.0/8", "::/0"]);
});

it("leaves out a block of which pods and nodes have every address", () => {
  const program = programOf({ cidr: "10.0.0.4/31" }, { cidr: "10.0.0.9/32" });
  const at = (text: string): Address => ({ family: "IPv4", value: cidr(`${text}/32`).first });
  const names = worldBlocks(program, [at("10.0.0.4"), at("10.0.0.9")]).map(({ cidr }) => formatCidr(cidr));
  expect(names).toEqual(["0.0.0.0/0", "10.0.0.4/31", "::/0"]);
});

it("cuts what it is asked for out of a block", () => {
  const blocks = worldBlocks(programOf({ cidr: "10.0.0.0/8", except: ["10.1.0.0/16", "10.2.0.0/16"] }));
  expect(blocksIn(blocks, cidr("10.0.0.0/15")).map(textOf)).toEqual([
    "10.0.0.0/15 - 10.1.0.0/16",
    "10.1.0.0/16",
  ]);
  expect(blocksIn(blocks, cidr("10.2.3.0/24")).map(textOf)).toEqual(["10.2.3.0/24"]);
});

it(
  "partitions the address space, in the fewest blocks, and within a block all addresses are alike",
  () => {
    const cases = clusterArbitrary.map((cluster) => ({ cluster, program: compile(cluster) }));
    search("the world's blocks", { cases, inTest: 400 }, ({ cluster, program }) => {
      const blocks = worldBlocks(program);
      const atoms = [32, 128]
        .flatMap((width) => addressAtoms(cluster, nodes, width as 32 | 128))
        .map(addressOfBits);
      for (const address of atoms) {
        const holders = blocks.filter((block) => holds(block, address));
        if (holders.length !== 1)
          throw new Error(`${formatAddress(address)} is in ${holders.map(textOf).join("; ")}`);
        const [party] = blockGroup(must(holders[0])).parties;
        const end = must(party).end;
        if (end.kind !== "address" || meaning(program, end.address) !== meaning(program, address))
          throw new Error(`${formatAddress(address)} is not like the rest of ${holders.map(textOf).join()}`);
      }
      // Sizes add up, so that no address between the atoms is missed or in two.
      for (const family of families) {
        const size = ({ cidr }: { cidr: Cidr }): bigint => cidrInterval(cidr)[1] - cidrInterval(cidr)[0];
        const own = blocks
          .filter((block) => block.cidr.family === family)
          .map((block) => size(block) - block.except.reduce((sum, each) => sum + size({ cidr: each }), 0n))
          .reduce((a, b) => a + b, 0n);
        if (own !== 1n << BigInt(addressBits[family])) throw new Error(`${family}: ${own} addresses`);
      }
      // No block could be left to the one around it.
      for (const block of blocks) {
        const around = blocks.find(({ except }) =>
          except.some((each) => formatCidr(each) === formatCidr(block.cidr)),
        );
        const told = [block, around].map((each) => {
          const end = each === undefined ? undefined : must(blockGroup(each).parties[0]).end;
          return end?.kind === "address" ? meaning(program, end.address) : "nobody";
        });
        if (told[0] === told[1]) throw new Error(`${textOf(block)} is as what is around it`);
      }
      return atoms.length;
    });
  },
  SEARCH_TIMEOUT,
);

it("does not depend on the order of the policies", () => {
  fc.assert(
    fc.property(clusterArbitrary, (cluster) => {
      const turned = compile({ ...cluster, policies: cluster.policies.toReversed() });
      expect(worldBlocks(turned).map(textOf)).toEqual(worldBlocks(compile(cluster)).map(textOf));
    }),
    { numRuns: 50 },
  );
});
