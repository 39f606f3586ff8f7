import { formatAddress, parseAddress } from "../core/address.ts";
import { isOurSet } from "../render/names.ts";
import type { SetType } from "../render/ruleset.ts";
import type { StandingSet } from "./state.ts";

const setTypes: readonly string[] = ["hash:ip", "hash:net", "hash:ip,port"] satisfies SetType[];

const isSetType = (text: string): text is SetType => setTypes.includes(text);

/** ipset prints IPv4-mapped addresses in mixed notation; ours never are. All else it prints as we do. */
function canonicalEntry(entry: string): string {
  if (!entry.includes(":") || !entry.includes(".")) return entry;
  const [address = "", ...rest] = entry.split(/(?=[,/])/);
  const parsed = parseAddress(address);
  return parsed === undefined ? entry : formatAddress(parsed) + rest.join("");
}

/** Reads the output of `ipset save`; sets that are not ours are passed over. */
export function parseIpsetSave(text: string): Map<string, StandingSet> {
  const sets = new Map<string, { type: SetType | "other"; entries: Set<string> }>();
  for (const line of text.split("\n")) {
    const [verb, name = "", word = "", ...options] = line.split(" ");
    if (!isOurSet(name)) continue;
    if (verb === "create") sets.set(name, { type: isSetType(word) ? word : "other", entries: new Set() });
    else if (verb === "add") sets.get(name)?.entries.add([canonicalEntry(word), ...options].join(" "));
  }
  return sets;
}
