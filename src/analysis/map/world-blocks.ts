import { type Address, type Family, families } from "../../core/address.ts";
import { type Cidr, cidrInterval, isInCidr } from "../../core/cidr.ts";
import type { Program } from "../../core/program.ts";
import { addressStretches } from "./address-classes.ts";
import { type NestedBlock, fewestBlocks } from "./fewest-blocks.ts";
import { namedSets } from "./named-sets.ts";

/** Addresses outside the cluster that policies cannot tell from each other: those of `cidr` that no `except` holds. */
export interface WorldBlock {
  readonly cidr: Cidr;
  /** Blocks within it that are ends of their own. Ascending, disjoint. */
  readonly except: readonly Cidr[];
}

/** How many addresses of the block are not those of the blocks within it. */
function ownSize({ cidr, within }: NestedBlock): bigint {
  const sizes = [cidr, ...within.map((each) => each.cidr)].map((each) => {
    const [from, to] = cidrInterval(each);
    return to - from;
  });
  const [whole = 0n, ...rest] = sizes;
  return whole - rest.reduce((sum, size) => sum + size, 0n);
}

function flattened(block: NestedBlock, inhabited: readonly Address[]): WorldBlock[] {
  const here = inhabited.filter((address) => isInCidr(address, block.cidr));
  const own = here.filter((address) => !block.within.some(({ cidr }) => isInCidr(address, cidr)));
  const rest = block.within.flatMap((each) => flattened(each, here));
  if (BigInt(own.length) >= ownSize(block)) return rest;
  return [{ cidr: block.cidr, except: block.within.map(({ cidr }) => cidr) }, ...rest];
}

const unique = (addresses: Iterable<Address>, family: Family): Address[] =>
  [...new Set([...addresses].filter((each) => each.family === family).map(({ value }) => value))].map(
    (value) => ({ family, value }),
  );

/**
 * The outside world, as the fewest blocks that the program's rules tell apart. They partition the addresses of both
 * families: of each block are meant those addresses that no pod and no node has, and a block of which they have every
 * address (`inhabited`) is left out. A block is in the order of its first address, the larger first.
 */
export function worldBlocks(program: Program, inhabited: Iterable<Address> = []): WorldBlock[] {
  const sets = namedSets(program);
  const all = [...inhabited];
  return families.flatMap((family) =>
    fewestBlocks(family, addressStretches(family, sets)).flatMap((block) =>
      flattened(block, unique(all, family)),
    ),
  );
}

const isWithinCidr = (inner: Cidr, outer: Cidr): boolean =>
  inner.length >= outer.length && isInCidr({ family: inner.family, value: inner.first }, outer);

/** What of the blocks lies in `cidr`, as blocks. */
export function blocksIn(blocks: readonly WorldBlock[], cidr: Cidr): WorldBlock[] {
  return blocks.flatMap((block): WorldBlock[] => {
    if (isWithinCidr(block.cidr, cidr)) return [block];
    if (!isWithinCidr(cidr, block.cidr) || block.except.some((each) => isWithinCidr(cidr, each))) return [];
    return [{ cidr, except: block.except.filter((each) => isWithinCidr(each, cidr)) }];
  });
}
