import type { Family } from "../../core/address.ts";
import type { Cidr } from "../../core/cidr.ts";
import type { Direction } from "../../core/policy.ts";
import type { StartGate } from "../../core/start-gate.ts";
import type { Chains } from "../layout.ts";
import { knownIn } from "../known-in.ts";
import { GATE_CHAIN } from "../names.ts";
import { nftRuleText } from "../rule-text.ts";
import type { SetTable } from "../set-table.ts";
import { seenRule } from "./verdicts.ts";
import { blockText, subjectOf } from "./words.ts";

/** The start gate in one family: what it closes, and the parts of its rules. */
export interface Gate {
  readonly blocks: readonly Cidr[];
  /** For whom the map of a direction does not know. */
  readonly inRest: Readonly<Record<Direction, readonly string[]>>;
  readonly chains: Chains;
}

const OPEN: Gate = { blocks: [], inRest: { ingress: [], egress: [] }, chains: new Map() };

const ways = { egress: "from", ingress: "to" } as const;

/**
 * Closes the pod CIDRs but for the addresses that a map or the set knows. Whom neither knows does not reach himself either: nft
 * cannot tell such a packet without knowing its address.
 */
export function gateOf(gate: StartGate | undefined, family: Family, sets: SetTable): Gate {
  const blocks = gate?.podCidrs.filter((block) => block.family === family) ?? [];
  if (gate === undefined || blocks.length === 0) return OPEN;
  const known = sets.known(blocks, knownIn(gate, family));
  const rulesOf = (direction: Direction): string[] => {
    const address = subjectOf(family, direction);
    return blocks.map((block) =>
      nftRuleText(
        `${address} ${blockText(block)} ${address} != @${known} goto ${GATE_CHAIN}`,
        `start gate: ${ways[direction]} an address of this node where no pod is known`,
      ),
    );
  };
  return {
    blocks,
    inRest: { ingress: rulesOf("ingress"), egress: rulesOf("egress") },
    chains: new Map([
      [
        GATE_CHAIN,
        [
          seenRule("gate", GATE_CHAIN),
          nftRuleText("counter drop", "start gate: closed until this pod is programmed"),
        ],
      ],
    ]),
  };
}
