import { type Family, addressBits } from "../../core/address.ts";
import { type Cidr, cidrInterval } from "../../core/cidr.ts";
import type { Stretch } from "./address-classes.ts";

/** A block and the smaller ones within it that are told apart from it, which may in turn have such. */
export interface NestedBlock {
  readonly cidr: Cidr;
  readonly kind: number;
  readonly within: readonly NestedBlock[];
}

/** A node of the binary tree of blocks, down to where no stretch begins within one. */
interface Tree {
  readonly cidr: Cidr;
  /** The kinds that the block may be given so that it has as few blocks within it as can be. */
  readonly kinds: ReadonlySet<number>;
  readonly halves: readonly Tree[];
}

const halvesOf = ({ family, first, length }: Cidr): Cidr[] => {
  const middle = first + (1n << BigInt(addressBits[family] - length - 1));
  return [
    { family, first, length: length + 1 },
    { family, first: middle, length: length + 1 },
  ];
};

/** `low` is the stretch in which the block begins; the tree is as deep as an address is long, 128 at most. */
function treeOf(cidr: Cidr, stretches: readonly Stretch[], low: number): Tree {
  const [, end] = cidrInterval(cidr);
  let at = low;
  for (;;) {
    const next = stretches[at + 1];
    if (next === undefined || next.from > cidr.first) break;
    at += 1;
  }
  const next = stretches[at + 1];
  if (next === undefined || next.from >= end)
    return { cidr, kinds: new Set([stretches[at]?.kind ?? 0]), halves: [] };
  const halves = halvesOf(cidr).map((half) => treeOf(half, stretches, at));
  const [left, right] = halves.map(({ kinds }) => kinds);
  if (left === undefined || right === undefined) throw new Error("a block has two halves");
  const common = left.intersection(right);
  return { cidr, kinds: common.size > 0 ? common : left.union(right), halves };
}

function blocksWithin({ cidr, kinds, halves }: Tree, around: number | undefined): NestedBlock[] {
  const isOwn = around === undefined || !kinds.has(around);
  const kind = isOwn ? Math.min(...kinds) : around;
  const within = halves.flatMap((half) => blocksWithin(half, kind));
  return isOwn ? [{ cidr, kind, within }] : within;
}

/**
 * The fewest blocks that tell a family's stretches apart, nested as an ipBlock and its excepts are: an address is of the
 * smallest block around it. (Optimal routing tables, Draves et al., INFOCOM 1999: kinds go up the tree, then down.)
 */
export function fewestBlocks(family: Family, stretches: readonly Stretch[]): NestedBlock[] {
  return blocksWithin(treeOf({ family, first: 0n, length: 0 }, stretches, 0), undefined);
}
