import { type Address, addressBits } from "../core/address.ts";
import { type Cidr, cidrAround, formatCidr } from "../core/cidr.ts";
import type { Direction } from "../core/policy.ts";
import { classChain, dispatchChain, trieChain } from "./names.ts";
import { ruleText } from "./rule-text.ts";

/** A pod's address and the class chain that judges it. */
export interface Leaf {
  readonly address: Address;
  readonly pod: string;
  readonly classId: string;
}

/** A chain longer than this is split; each level of the trie looks at so many more bits. */
const FAN_OUT_BITS = 4;
const FAN_OUT = 1 << FAN_OUT_BITS;

export const CLOSED = ruleText("-j DROP", "isolated, and no chain knows this address: closed");

/** The longest prefix that all leaves share, rounded down to a level of the trie so that it rarely moves. */
function commonLength(leaves: readonly Leaf[]): number {
  const [first] = leaves;
  if (first === undefined) return 0;
  for (let length = addressBits[first.address.family]; length > 0; length -= FAN_OUT_BITS) {
    const block = cidrAround(first.address, length).first;
    if (leaves.every(({ address }) => cidrAround(address, length).first === block)) return length;
  }
  return 0;
}

/**
 * Chains that lead from an address to its class in a few comparisons, whatever the number of pods: a set lookup
 * costs some 150 ns, an address compare 5 ns, so a list of sets would not do (docs/kernel.md). Reached by goto, so a class chain's RETURN goes back to the
 * first caller; every chain ends in DROP: an isolated pod without a class is closed.
 */
export function dispatchChains(direction: Direction, leaves: readonly Leaf[]): Map<string, string[]> {
  const chains = new Map<string, string[]>();
  const side = direction === "ingress" ? "-d" : "-s";
  const build = (chain: string, inside: readonly Leaf[]): void => {
    const rules: string[] = [];
    chains.set(chain, rules);
    if (inside.length <= FAN_OUT) {
      for (const { address, pod, classId } of inside) {
        const whole = formatCidr(cidrAround(address, addressBits[address.family]));
        rules.push(ruleText(`${side} ${whole} -g ${classChain(classId)}`, pod));
      }
    } else {
      const length = Math.min(
        commonLength(inside) + FAN_OUT_BITS,
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
    rules.push(CLOSED);
  };
  build(dispatchChain(direction), leaves);
  return chains;
}
