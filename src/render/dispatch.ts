import { addressBits } from "../core/address.ts";
import { type Cidr, cidrAround, formatCidr, isInCidr } from "../core/cidr.ts";
import { type Direction, opposite } from "../core/policy.ts";
import type { Host } from "./host.ts";
import type { Leaf } from "./leaves.ts";
import { classChain, dispatchChain, restChain, trieChain } from "./names.ts";
import { ruleText } from "./rule-text.ts";
import { selfRules } from "./self-rules.ts";

/** A chain longer than this is split; each level of the trie looks at so many more bits. */
const FAN_OUT_BITS = 4;
const FAN_OUT = 1 << FAN_OUT_BITS;

const sideOf = { ingress: "-d", egress: "-s" } as const;

/**
 * The block of the longest prefix that all leaves share, rounded down to a level of the trie so that it rarely moves. What
 * the lowest and the highest address share, all between them share. None where they share nothing, or are none.
 */
function commonBlock(leaves: readonly Leaf[]): Cidr | undefined {
  const [first] = leaves;
  if (first === undefined) return undefined;
  const least = leaves.reduce((a, b) => (b.address.value < a.address.value ? b : a), first).address;
  const most = leaves.reduce((a, b) => (b.address.value > a.address.value ? b : a), first).address;
  for (let length = addressBits[least.family]; length > 0; length -= FAN_OUT_BITS) {
    const block = cidrAround(least, length);
    if (block.first === cidrAround(most, length).first) return block;
  }
  return undefined;
}

/** Those that lie in no other. */
const widest = (blocks: readonly Cidr[]): Cidr[] =>
  blocks.filter(
    (block, i) =>
      !blocks.some(
        (other, j) =>
          isInCidr({ family: block.family, value: block.first }, other) &&
          (other.length < block.length || (other.length === block.length && j < i)),
      ),
  );

/**
 * The blocks in which all leaves lie, and the start gate's; `undefined` where they are everywhere. To compare with them takes no
 * set.
 */
export function entryBlocks(leaves: readonly Leaf[], gated: readonly Cidr[]): readonly Cidr[] | undefined {
  const outside = leaves.filter(({ address }) => !gated.some((block) => isInCidr(address, block)));
  const block = commonBlock(outside);
  if (block === undefined && (outside.length > 0 || gated.length === 0)) return undefined;
  return widest([...gated, ...(block === undefined ? [] : [block])]);
}

/**
 * Lead to the trie, once each, whoever may be in it or lies in the start gate's blocks. That takes no set: who is isolated
 * is in the trie.
 */
export function entryRules(
  direction: Direction,
  leaves: readonly Leaf[],
  gated: readonly Cidr[],
): readonly string[] {
  const entry = (match: string): string =>
    ruleText(`${match}-j ${dispatchChain(direction)}`, `${direction} of isolated pods`);
  const blocks = entryBlocks(leaves, gated);
  return blocks?.map((each) => entry(`${sideOf[direction]} ${formatCidr(each)} `)) ?? [entry("")];
}

/** The trie's end for all whom it does not know: here alone sets are asked who is isolated, and `gate` who is known. */
export const restRules = (
  direction: Direction,
  isolated: string,
  gate: readonly string[],
): readonly string[] => [
  ...gate,
  ruleText(
    `-m set --match-set ${isolated} ${direction === "ingress" ? "dst" : "src"} -j DROP`,
    "isolated, and no chain knows this address: closed",
  ),
];

type LeafRules = Readonly<Record<Host["selfTraffic"], Readonly<Record<Direction, WeakMap<Leaf, string[]>>>>>;

/** By leaf and side, as most leaves outlive many changes of their neighbours. */
const knownRules: LeafRules = {
  bpf: { ingress: new WeakMap(), egress: new WeakMap() },
  listed: { ingress: new WeakMap(), egress: new WeakMap() },
};

function leafRules(direction: Direction, leaf: Leaf, self: Host["selfTraffic"]): readonly string[] {
  const known = knownRules[self][direction].get(leaf);
  if (known !== undefined) return known;
  const { address, pod, classId } = leaf;
  const whole = formatCidr(cidrAround(address, addressBits[address.family]));
  const rules = [ruleText(`${sideOf[direction]} ${whole} -g ${classChain(classId)}`, pod)];
  if (self === "listed") rules.unshift(ruleText(`-s ${whole} -d ${whole} -j RETURN`, `${pod} to itself`));
  knownRules[self][direction].set(leaf, rules);
  return rules;
}

/** A pod to itself is in one block with itself, at the other side too, as few others are. */
function selfInside(direction: Direction, inside: readonly Leaf[]): readonly string[] {
  const [first] = inside;
  if (first === undefined) return [];
  const block = commonBlock(inside);
  const other = sideOf[opposite(direction)];
  return selfRules(first.address.family, "bpf", block === undefined ? "" : `${other} ${formatCidr(block)} `);
}

/**
 * Chains that lead from an address to its class in a few comparisons, whatever the number of pods: a set lookup
 * costs some 150 ns, an address compare 5 ns, so a list of sets would not do (docs/kernel.md). Reached by goto, so a class chain's RETURN goes back to the
 * first caller. Whom no chain knows, all chains lead to `restRules`, by goto too: an isolated pod without a class is closed,
 * and who is not isolated comes back to the first caller. `self` is the host's `selfTraffic`.
 */
export function dispatchChains(
  direction: Direction,
  leaves: readonly Leaf[],
  self: Host["selfTraffic"] = "bpf",
): Map<string, string[]> {
  const chains = new Map<string, string[]>();
  const side = sideOf[direction];
  const build = (chain: string, inside: readonly Leaf[]): void => {
    const rules: string[] = [];
    chains.set(chain, rules);
    if (inside.length <= FAN_OUT) {
      // Here the block of all is no narrower than where most packets go: to list these few costs less than to run bpf.
      const told = chain === dispatchChain(direction) ? "listed" : self;
      rules.push(...(told === "bpf" ? selfInside(direction, inside) : []));
      rules.push(...inside.flatMap((leaf) => leafRules(direction, leaf, told)));
    } else {
      const length = Math.min(
        (commonBlock(inside)?.length ?? 0) + FAN_OUT_BITS,
        addressBits[inside[0]?.address.family ?? "IPv4"],
      );
      const blocks = Map.groupBy(inside, ({ address }) => cidrAround(address, length).first);
      for (const members of blocks.values()) {
        const [first] = members;
        if (first === undefined) continue;
        const block: Cidr = cidrAround(first.address, length);
        const next = trieChain(direction, block);
        rules.push(ruleText(`${side} ${formatCidr(block)} -g ${next}`, `pods of ${formatCidr(block)}`));
        build(next, members);
      }
    }
    rules.push(ruleText(`-g ${restChain(direction)}`, "nobody whom a chain knows"));
  };
  build(dispatchChain(direction), leaves);
  return chains;
}
