import type { Family } from "../core/address.ts";
import { type Cidr, formatCidr } from "../core/cidr.ts";
import type { Direction } from "../core/policy.ts";
import type { StartGate } from "../core/start-gate.ts";
import { type Host, plainHost } from "./host.ts";
import { knownIn } from "./known-in.ts";
import { GATE_CHAIN } from "./names.ts";
import { seenRule } from "./nflog.ts";
import { ruleText } from "./rule-text.ts";
import { selfRules } from "./self-rules.ts";
import type { SetTable } from "./set-table.ts";

/** The start gate in one family: what it closes, and the parts of its rules. */
export interface GateRules {
  /** Whoever is in them is led to the tries. */
  readonly blocks: readonly Cidr[];
  /** Stand at the end of each trie, for whom it does not know. */
  readonly inRest: Readonly<Record<Direction, readonly string[]>>;
  readonly chains: ReadonlyMap<string, readonly string[]>;
}

const OPEN: GateRules = { blocks: [], inRest: { ingress: [], egress: [] }, chains: new Map() };

const SIDES = {
  egress: { option: "-s", side: "src", way: "from" },
  ingress: { option: "-d", side: "dst", way: "to" },
} as const;

/**
 * Closes the pod CIDRs but for the addresses that a trie or the set knows. An isolated pod is known by its place in the
 * trie, in the same step as the chain that judges it: its packets pay for no lookup here. A pod that nothing isolates
 * costs one set entry and no rule; it becomes known after all chains have been written, and is forgotten before they go.
 */
export function gateRules(
  gate: StartGate | undefined,
  family: Family,
  sets: SetTable,
  { selfTraffic }: Host = plainHost,
): GateRules {
  const blocks = gate?.podCidrs.filter((block) => block.family === family) ?? [];
  if (gate === undefined || blocks.length === 0) return OPEN;
  const known = sets.known(blocks, knownIn(gate, family));
  const inRest = (direction: Direction): string[] => {
    const { option, side, way } = SIDES[direction];
    return blocks.map((block) =>
      ruleText(
        `${option} ${formatCidr(block)} -m set ! --match-set ${known} ${side} -g ${GATE_CHAIN}`,
        `start gate: ${way} an address of this node where no pod is known`,
      ),
    );
  };
  const closed = ruleText("-j DROP", "start gate: closed until this pod is programmed");
  return {
    blocks,
    inRest: { ingress: inRest("ingress"), egress: inRest("egress") },
    chains: new Map([
      [GATE_CHAIN, [...selfRules(family, selfTraffic), seenRule("gate", GATE_CHAIN), closed]],
    ]),
  };
}
