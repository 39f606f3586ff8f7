import type { Family } from "../core/address.ts";
import { formatCidr } from "../core/cidr.ts";
import type { StartGate } from "../core/start-gate.ts";
import { GATE_CHAIN } from "./names.ts";
import { seenRule } from "./nflog.ts";
import { ruleText } from "./rule-text.ts";
import { type SetTable, addressesIn } from "./set-table.ts";

/** The start gate in one family, as two parts of its rules. */
export interface GateRules {
  /** Stand before policies are asked. */
  readonly inForward: readonly string[];
  readonly chains: ReadonlyMap<string, readonly string[]>;
}

const OPEN: GateRules = { inForward: [], chains: new Map() };

const SIDES = [
  { option: "-s", side: "src", way: "from" },
  { option: "-d", side: "dst", way: "to" },
] as const;

/**
 * Closes the pod CIDRs but for the known addresses. An address becomes known after the chains that judge it have been
 * written, and is forgotten before they go: a pod that nothing isolates costs one set entry and no rule.
 */
export function gateRules(gate: StartGate | undefined, family: Family, sets: SetTable): GateRules {
  const blocks = gate?.podCidrs.filter((block) => block.family === family) ?? [];
  if (gate === undefined || blocks.length === 0) return OPEN;
  const known = sets.known(blocks, addressesIn(family, gate.known));
  const inForward = blocks.flatMap((block) =>
    SIDES.map(({ option, side, way }) =>
      ruleText(
        `${option} ${formatCidr(block)} -m set ! --match-set ${known} ${side} -g ${GATE_CHAIN}`,
        `start gate: ${way} an address of this node where no pod is known`,
      ),
    ),
  );
  const closed = ruleText("-j DROP", "start gate: closed until this pod is programmed");
  return {
    inForward,
    chains: new Map([[GATE_CHAIN, [seenRule("gate", GATE_CHAIN), closed]]]),
  };
}
