import { type Family, families } from "../../src/core/address.ts";
import { NFT_TABLE } from "../../src/render/names.ts";
import { BASE_CHAINS } from "../../src/render/nftables/base-chains.ts";
import { header } from "../../src/render/nftables/words.ts";
import type { IpSet, Ruleset } from "../../src/render/ruleset.ts";

const address = { IPv4: "ipv4_addr", IPv6: "ipv6_addr" } as const;

/** What nft calls our kinds of sets. */
const kinds = (family: Family): Readonly<Record<IpSet["type"], string>> => ({
  "hash:ip": `type ${address[family]};`,
  "hash:net": `type ${address[family]}; flags interval;`,
  "hash:ip,port": `type ${address[family]} . inet_proto . inet_service;`,
  pairs: `type ${address[family]} . ${address[family]};`,
  verdicts: `type ${address[family]} : verdict;`,
});

function setText(name: string, { type, entries }: IpSet, family: Family): string {
  const elements = [...entries].map((entry) => entry.replace(/,(\w+):(\d+)$/, " . $1 . $2"));
  const filled = elements.length === 0 ? "" : ` elements = { ${elements.join(", ")} };`;
  return `${type === "verdicts" ? "map" : "set"} ${name} { ${kinds(family)[type]}${filled} }`;
}

/** Makes our tables anew, in the order in which a person would write them down. */
export const nftText = (ruleset: Ruleset): string =>
  families
    .map((family) => {
      const { sets, chains } = ruleset[family];
      const table = `table ${header[family]} ${NFT_TABLE}`;
      const lines = [
        ...[...sets].map(([name, set]) => setText(name, set, family)),
        ...[...chains].map(
          ([name, rules]) => `chain ${name} {\n${[BASE_CHAINS.get(name) ?? "", ...rules].join("\n")}\n}`,
        ),
      ];
      return `add ${table}\ndelete ${table}\n${table} {\n${lines.join("\n")}\n}\n`;
    })
    .join("");
