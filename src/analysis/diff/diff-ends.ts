import { families } from "../../core/address.ts";
import { type AddressSet, containsAddress, isEveryAddress } from "../../core/address-set.ts";
import { type Cidr, formatCidr } from "../../core/cidr.ts";
import type { EndGroup } from "./grouped.ts";
import { addressStretches } from "../map/address-classes.ts";
import { type NestedBlock, fewestBlocks } from "../map/fewest-blocks.ts";
import { type MapEnd, endName } from "../map/map-end.ts";

const NODE = "node ";

const namedEnd = (name: string): MapEnd =>
  name.startsWith(NODE) ? { node: name.slice(NODE.length) } : { pod: name };

function flattened({ cidr, kind, within }: NestedBlock, inside: number): MapEnd[] {
  const except = within.map((each: { readonly cidr: Cidr }) => formatCidr(each.cidr));
  const own = kind === inside ? [{ cidr: formatCidr(cidr), ...(except.length > 0 && { except }) }] : [];
  return [...own, ...within.flatMap((each) => flattened(each, inside))];
}

/** A set of addresses as the fewest blocks with excepts. */
function blocks(set: AddressSet): MapEnd[] {
  return families.flatMap((family) => {
    const stretches = addressStretches(family, [set]);
    const inside = stretches.find(({ from }) => containsAddress(set, { family, value: from }));
    if (inside === undefined) return [];
    return fewestBlocks(family, stretches).flatMap((block) => flattened(block, inside.kind));
  });
}

/** The ends of a group, as JSON has them: what a map calls them, too. */
export const diffEnds = ({ names, outside }: EndGroup): MapEnd[] => [
  ...names.map(namedEnd),
  ...blocks(outside),
];

const SHOWN = 6;

const endText = (end: MapEnd): string => {
  const { except = [] } = end.cidr === undefined ? {} : end;
  return `${endName(end)}${except.length > 0 ? ` (but ${some(except)})` : ""}`;
};

const some = (names: readonly string[]): string =>
  names.length > SHOWN
    ? `${names.slice(0, SHOWN - 1).join(", ")} and ${names.length - SHOWN + 1} more`
    : names.join(", ");

/** `shop/front, shop/web and 4 more, world`. */
export function endsText(group: EndGroup): string {
  const { names, outside } = group;
  const away = isEveryAddress(outside) ? ["world"] : blocks(outside).map(endText);
  return [names, away]
    .filter((each) => each.length > 0)
    .map(some)
    .join(", ");
}
