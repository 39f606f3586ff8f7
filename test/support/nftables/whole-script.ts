import { type Family, families } from "../../../src/core/address.ts";
import { NFT_TABLE } from "../../../src/render/names.ts";
import { BASE_CHAINS } from "../../../src/render/nftables/base-chains.ts";
import type { FamilyRuleset, IpSet, Ruleset, SetType } from "../../../src/render/ruleset.ts";

/** What nft calls a family. */
export const familyWord: Readonly<Record<Family, "ip" | "ip6">> = { IPv4: "ip", IPv6: "ip6" };

const addressType: Readonly<Record<Family, string>> = { IPv4: "ipv4_addr", IPv6: "ipv6_addr" };

/** `A` stands for the type of the family's addresses. */
const declarations: Readonly<Record<SetType, string>> = {
  "hash:ip": "type A;",
  "hash:net": "type A; flags interval;",
  "hash:ip,port": "type A . inet_proto . inet_service;",
  pairs: "type A . A;",
  verdicts: "type A : verdict;",
  "port-verdicts": "type A . inet_proto . inet_service : verdict;",
};

/** What stands between the braces of a set's declaration. */
const declarationOf = (family: Family, { type }: IpSet): string =>
  declarations[type].replaceAll("A", addressType[family]);

/** An entry in nft's words: `ipset` has `10.0.0.1,tcp:80`. */
const elementText = (entry: string): string => entry.replace(/^(.*),(.*):(\d+)$/, "$1 . $2 . $3");

function familyLines({ family, sets, chains }: FamilyRuleset): string[] {
  const table = `${familyWord[family]} ${NFT_TABLE}`;
  const kindOf = ({ type }: IpSet): string => (type.endsWith("verdicts") ? "map" : "set");
  return [
    `add table ${table}`,
    ...[...sets].map(
      ([name, set]) => `add ${kindOf(set)} ${table} ${name} { ${declarationOf(family, set)} }`,
    ),
    ...[...chains.keys()].map((name) => {
      const base = BASE_CHAINS.get(name);
      return `add chain ${table} ${name}${base === undefined ? "" : ` { ${base} }`}`;
    }),
    ...[...sets].flatMap(([name, { entries }]) =>
      entries.size === 0
        ? []
        : [`add element ${table} ${name} { ${[...entries].map(elementText).join(", ")} }`],
    ),
    ...[...chains].flatMap(([name, rules]) => rules.map((rule) => `add rule ${table} ${name} ${rule}`)),
  ];
}

/** A script for `nft -f` that makes this ruleset where nothing stands; written by hand, apart from what the enforcer writes. */
export const wholeScript = (ruleset: Ruleset): string =>
  `${families.flatMap((family) => familyLines(ruleset[family])).join("\n")}\n`;
