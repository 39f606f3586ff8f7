import { SharedMap } from "../../../core/shared-map.ts";
import { classChainOf, isDispatchSet, setFamily } from "../../../render/names.ts";
import type { FamilyView } from "../../walk/family-view.ts";
import { asksFor } from "./asks-for.ts";
import type { FamilyChange } from "./family-change.ts";

const isSameIn = (name: string, before: FamilyView, after: FamilyView): boolean => {
  const [was, is] = [before.sets.get(name)?.entries, after.sets.get(name)?.entries];
  return was === is || was === undefined || is === undefined || was.symmetricDifference(is).size === 0;
};

/** The maps and sets by which addresses come to their classes, as far as they change, and the chains that ask for them. */
export function changedDispatch({
  before,
  after,
  family,
}: FamilyChange): readonly [ReadonlySet<string>, string[]] {
  const changed = [...SharedMap.differing<unknown>(before.sets, after.sets)].filter(
    (name) => isDispatchSet(name) && setFamily(name) === family && !isSameIn(name, before, after),
  );
  const sets = new Set(changed);
  const chains = [...after.chains].filter(
    ([name, rules]) => classChainOf(name) === undefined && asksFor(rules, sets),
  );
  return [sets, chains.map(([name]) => name)];
}
