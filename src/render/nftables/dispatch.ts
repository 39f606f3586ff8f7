import { type Family, formatAddress } from "../../core/address.ts";
import type { Cidr } from "../../core/cidr.ts";
import { type Direction, directions } from "../../core/policy.ts";
import { entryBlocks } from "../dispatch.ts";
import { Memo } from "../memo.ts";
import type { Chains } from "../layout.ts";
import type { Leaf, Leaves } from "../leaves.ts";
import {
  classChain,
  dispatchChain,
  isolatedNow,
  portChain,
  portMap,
  restChain,
  selfSet,
  verdictMap,
} from "../names.ts";
import { nftElementComment, nftRuleText } from "../rule-text.ts";
import type { SetTable } from "../set-table.ts";
import type { Gate } from "./gate.ts";
import { blockText, subjectOf } from "./words.ts";

/** Leads to the map, whoever may be in it: to look an address up costs about what it costs to compare it with a block first. */
export const entryRule = (direction: Direction): string =>
  nftRuleText(`jump ${dispatchChain(direction)}`, `${direction} of isolated pods`);

/** Asks for the sets of isolated addresses, and for those paired with themselves, which tell people whose they are. */
export function isolatedSets(
  family: Family,
  leaves: Leaves,
  sets: SetTable,
): Readonly<Record<Direction, string>> {
  const addresses = {
    ingress: leaves.ingress.map(({ address }) => formatAddress(address)),
    egress: leaves.egress.map(({ address }) => formatAddress(address)),
  };
  const pods = new Map(
    [...leaves.ingress, ...leaves.egress].map(({ address, pod }) => [formatAddress(address), pod]),
  );
  sets.given(
    selfSet(family),
    "pairs",
    [...pods].map(([address, pod]) => `${address} . ${address} ${nftElementComment(pod)}`),
  );
  const isolated = (direction: Direction): string =>
    sets.given(isolatedNow(family, direction), "hash:ip", addresses[direction]);
  return { ingress: isolated("ingress"), egress: isolated("egress") };
}

const portVerdicts = new Memo(({ address, classId, ports }: Leaf) =>
  ports.map((port) => `${formatAddress(address)} . ${port} : goto ${portChain(classId, port)}`),
);

/**
 * From an address and a port to the rules for that port, past those of the class for others; nothing where no class has chains for
 * ports, as a lookup in vain costs some 40 ns. Whom the map does not know takes the way through the class: to the same rules.
 */
function portRules(
  family: Family,
  direction: Direction,
  leaves: readonly Leaf[],
  sets: SetTable,
): readonly string[] {
  const verdicts = leaves.flatMap((leaf) => portVerdicts.of(leaf));
  if (verdicts.length === 0) return [];
  const map = sets.given(portMap(family, direction), "port-verdicts", verdicts);
  return [
    nftRuleText(
      `${subjectOf(family, direction)} . meta l4proto . th dport vmap @${map}`,
      "an isolated pod, to the rules for this port",
    ),
  ];
}

/**
 * From an address to its class in one lookup, whatever the number of pods. By goto, so that what a class lets pass goes on
 * behind the jump that led here. Of whom the map does not know, only an address near isolated pods' or the start gate's goes
 * further, so that other traffic asks for no more.
 */
function dispatchRules(
  family: Family,
  direction: Direction,
  leaves: readonly Leaf[],
  gated: readonly Cidr[],
  sets: SetTable,
): readonly string[] {
  const verdicts = leaves.map(
    ({ address, classId }) => `${formatAddress(address)} : goto ${classChain(classId)}`,
  );
  const map = sets.given(verdictMap(family, direction), "verdicts", verdicts);
  const subject = subjectOf(family, direction);
  const rest = (match: string): string =>
    nftRuleText(`${match}goto ${restChain(direction)}`, "nobody whom the map knows");
  return [
    ...portRules(family, direction, leaves, sets),
    nftRuleText(`${subject} vmap @${map}`, "an isolated pod, to its class"),
    ...(entryBlocks(leaves, gated)?.map((block) => rest(`${subject} ${blockText(block)} `)) ?? [rest("")]),
  ];
}

/**
 * The ways from both directions to the classes. Who is isolated and not found is closed: an address that moves from one class to
 * another is taken out and put in again, and kernels before 6.17 let a lookup that goes on meanwhile find neither.
 */
export function dispatchChains(
  family: Family,
  leaves: Leaves,
  gate: Gate,
  isolated: Readonly<Record<Direction, string>>,
  sets: SetTable,
): Chains {
  const closed = (direction: Direction): string =>
    nftRuleText(
      `${subjectOf(family, direction)} @${isolated[direction]} counter drop`,
      "isolated, and no chain knows this address: closed",
    );
  return new Map(
    directions.flatMap((direction): [string, readonly string[]][] => [
      [dispatchChain(direction), dispatchRules(family, direction, leaves[direction], gate.blocks, sets)],
      // Whom the gate comes to know while a packet of his is between both lookups is in the set already.
      [restChain(direction), [...gate.inRest[direction], closed(direction)]],
    ]),
  );
}
