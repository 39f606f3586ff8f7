import { families } from "../../../core/address.ts";
import { mapWith } from "../../../core/map-with.ts";
import { SharedMap } from "../../../core/shared-map.ts";
import { isDispatchSet, setFamily } from "../../../render/names.ts";
import type { FamilyRuleset, IpSet, Ruleset } from "../../../render/ruleset.ts";
import type { Left } from "../../standing.ts";
import { type FamilyChange, familyChange } from "./family-change.ts";
import { needsDetour } from "./needs-detour.ts";
import { leadingElement } from "./leading-element.ts";
import { CLOSED } from "./places.ts";

/** Whether an address goes that the start gate knew. */
const forgets = (stands: FamilyRuleset, wanted: FamilyRuleset): boolean =>
  [...SharedMap.differing<unknown>(stands.sets, wanted.sets)].some((name) => {
    const [was, is] = [stands.sets.get(name), wanted.sets.get(name)];
    return was?.order === "go-first" && is !== undefined && !was.entries.isSubsetOf(is.entries);
  });

/** The addresses that the start gate forgets, where it stands as before. */
function forgotten({ moves, places: { before, after } }: FamilyChange): ReadonlySet<string> {
  if (before.ways !== after.ways) return new Set();
  const isClosed = (address: string): boolean =>
    after.at("ingress", address) === CLOSED && after.at("egress", address) === CLOSED;
  return new Set(moves.map(({ address }) => address).filter(isClosed));
}

function without(stands: FamilyRuleset, addresses: ReadonlySet<string>): FamilyRuleset {
  const sets = [...stands.sets].flatMap(([name, set]): [string, IpSet][] => {
    if (!isDispatchSet(name) || setFamily(name) !== stands.family) return [];
    const kept = [...set.entries].filter((entry) => !addresses.has(leadingElement(entry).address));
    return kept.length === set.entries.size ? [] : [[name, { ...set, entries: new Set(kept) }]];
  });
  return sets.length === 0 ? stands : { ...stands, sets: mapWith(stands.sets, sets) };
}

/**
 * What stands, without the addresses that the start gate is to forget: nothing of them passes any more. Only where that makes a detour
 * short, or needless: whoever goes and whoever comes may have more to say to each other at once than one after the other, as where a
 * pod takes another's place.
 */
export function closing(standing: Left, wanted: Ruleset): Ruleset | undefined {
  const [IPv4, IPv6] = families.map((family) => {
    const stands = standing.ruleset[family];
    if (!forgets(stands, wanted[family])) return stands;
    const change = familyChange({ kind: "left", ...standing }, wanted[family]);
    const addresses = forgotten(change);
    return addresses.size === 0 || !needsDetour(change) ? stands : without(stands, addresses);
  });
  if (IPv4 === undefined || IPv6 === undefined) throw new Error("there are two families");
  const isSame = IPv4 === standing.ruleset.IPv4 && IPv6 === standing.ruleset.IPv6;
  return isSame ? undefined : { IPv4, IPv6 };
}
