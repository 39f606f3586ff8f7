import { type Family, formatAddress } from "../../core/address.ts";
import { type Direction, directions } from "../../core/policy.ts";
import { entryBlocks } from "../dispatch.ts";
import type { Chains } from "../layout.ts";
import type { Leaves } from "../leaves.ts";
import { classChain, dispatchChain, isolatedNow, selfSet, verdictMap } from "../names.ts";
import { nftRuleText } from "../rule-text.ts";
import type { SetTable } from "../set-table.ts";
import type { Gate } from "./gate.ts";
import { blockText, subjectOf } from "./words.ts";

/** Lead to the map, whoever may be in it or lies in the start gate's blocks. */
export const entryRules = (
  family: Family,
  direction: Direction,
  leaves: Leaves,
  { blocks }: Gate,
): readonly string[] => {
  const entry = (match: string): string =>
    nftRuleText(`${match}jump ${dispatchChain(direction)}`, `${direction} of isolated pods`);
  return (
    entryBlocks(leaves[direction], blocks)?.map((each) =>
      entry(`${subjectOf(family, direction)} ${blockText(each)} `),
    ) ?? [entry("")]
  );
};

/** Asks for the sets of isolated addresses, and for those paired with themselves. */
export function isolatedSets(
  family: Family,
  leaves: Leaves,
  sets: SetTable,
): Readonly<Record<Direction, string>> {
  const addresses = {
    ingress: leaves.ingress.map(({ address }) => formatAddress(address)),
    egress: leaves.egress.map(({ address }) => formatAddress(address)),
  };
  const all = new Set([...addresses.ingress, ...addresses.egress]);
  sets.given(
    selfSet(family),
    "pairs",
    [...all].map((address) => `${address} . ${address}`),
  );
  const isolated = (direction: Direction): string =>
    sets.given(isolatedNow(family, direction), "hash:ip", addresses[direction]);
  return { ingress: isolated("ingress"), egress: isolated("egress") };
}

/**
 * From an address to its class in one lookup, whatever the number of pods. By goto, so that what a class lets pass goes on
 * behind the jump that led here. Who is isolated and not found is closed: an address that moves from one class to another is taken
 * out and put in again, and kernels before 6.17 let a lookup that goes on meanwhile find neither.
 */
export function dispatchChains(
  family: Family,
  leaves: Leaves,
  gate: Gate,
  isolated: Readonly<Record<Direction, string>>,
  sets: SetTable,
): Chains {
  const chain = (direction: Direction): readonly string[] => {
    const verdicts = leaves[direction].map(
      ({ address, classId }) => `${formatAddress(address)} : goto ${classChain(classId)}`,
    );
    const map = sets.given(verdictMap(family, direction), "verdicts", verdicts);
    const subject = subjectOf(family, direction);
    return [
      nftRuleText(`${subject} vmap @${map}`, "an isolated pod, to its class"),
      nftRuleText(
        `${subject} @${isolated[direction]} counter drop`,
        "isolated, and no chain knows this address: closed",
      ),
      ...gate.behindMap[direction],
    ];
  };
  return new Map(directions.map((direction) => [dispatchChain(direction), chain(direction)]));
}
