import type { Group } from "../../core/program.ts";
import { toAddressGroupSpecs } from "../wire/address-group.ts";
import { type Intent, fingerprint } from "./intent.ts";

const known = new WeakMap<Group, readonly Intent[]>();

/** A group as the AddressGroups that carry it. A group that did not change is the same value, and is not told anew. */
export function groupIntents(group: Group): readonly Intent[] {
  const before = known.get(group);
  if (before !== undefined) return before;
  const intents = toAddressGroupSpecs(group).map((spec): Intent => {
    const name = `${spec.group}-${spec.slice}`;
    return { key: name, metadata: { name }, spec, fingerprint: fingerprint(spec) };
  });
  known.set(group, intents);
  return intents;
}
