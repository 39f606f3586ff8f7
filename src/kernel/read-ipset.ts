import { formatAddress, parseAddress } from "../core/address.ts";
import { isOurSet, setFamily } from "../render/names.ts";
import type { SetType } from "../render/ruleset.ts";
import { MAX_ENTRIES } from "./set-size.ts";
import type { StandingSet } from "./state.ts";

const setTypes: readonly string[] = ["hash:ip", "hash:net", "hash:ip,port"] satisfies SetType[];

const isSetType = (text: string): text is SetType => setTypes.includes(text);

/** ipset prints IPv4-mapped addresses in mixed notation; ours never are. All else it prints as we do. */
export function canonicalEntry(entry: string): string {
  if (!entry.includes(":") || !entry.includes(".")) return entry;
  const [address = "", ...rest] = entry.split(/(?=[,/])/);
  const parsed = parseAddress(address);
  return parsed === undefined ? entry : formatAddress(parsed) + rest.join("");
}

/** How big a set's table is, is the kernel's business. */
const KERNELS_OWN = / (?:hashsize|bucketsize|initval) \S+/g;

/** What a `create` line says of the set. */
function madeAs(name: string, type: string, options: readonly string[]): Omit<StandingSet, "entries"> {
  const family = setFamily(name) === "IPv6" ? "inet6" : "inet";
  const text = ` ${options.join(" ")}`.replaceAll(KERNELS_OWN, "").trimEnd();
  if (!isSetType(type) || !`${text} `.startsWith(` family ${family} `)) return { type: "other" };
  return text === ` family ${family} maxelem ${MAX_ENTRIES}` ? { type } : { type, isRemade: true };
}

/** Reads the output of `ipset save`; sets that are not ours are passed over. */
export function parseIpsetSave(text: string): Map<string, StandingSet> {
  const sets = new Map<string, StandingSet & { readonly entries: Set<string> }>();
  for (const line of text.split("\n")) {
    const [verb, name = "", word = "", ...options] = line.split(" ");
    if (!isOurSet(name)) continue;
    if (verb === "create") sets.set(name, { ...madeAs(name, word, options), entries: new Set() });
    else if (verb === "add") sets.get(name)?.entries.add([canonicalEntry(word), ...options].join(" "));
  }
  return sets;
}
