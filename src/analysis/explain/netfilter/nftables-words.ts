import { type Address, type Family, formatAddress } from "../../../core/address.ts";
import { ruleIdText } from "../../../core/policy.ts";
import { nftRuleText, nftWords, ruleHash } from "../../../render/rule-text.ts";
import { NFT_TABLE, dispatchChain, verdictMap } from "../../../render/names.ts";
import { elementOf } from "../../../render/nftables/element.ts";
import { renderNftables } from "../../../render/nftables/nftables.ts";
import { denialVerdict } from "../../../render/nftables/verdicts.ts";
import type { SetType } from "../../../render/ruleset.ts";
import type { Line, RuleWords } from "./rule-words.ts";

/** The base chain that what is routed goes through. */
const FORWARD = "FORWARD";

const ends = (rule: string, end: string): boolean => ` ${nftWords(rule)}`.endsWith(` ${end}`);

/** The chain to which a map leads an address. */
function judgeOf(entries: Iterable<string>, address: Address): string | undefined {
  const key = `${formatAddress(address)} : goto `;
  for (const entry of entries) if (entry.startsWith(key)) return entry.slice(key.length);
  return undefined;
}

const wayIn: RuleWords["wayIn"] = ({ family, chains, sets }, direction, address) => {
  const entry = dispatchChain(direction);
  const map = verdictMap(family, direction);
  const leading = (chain: string, end: string): Line[] =>
    (chains.get(chain) ?? [])
      .filter((rule) => ends(rule, end))
      .map((rule): Line => ({ chain, rule, does: "leads" }));
  const last = judgeOf(sets.get(map)?.entries ?? [], address);
  const lines = leading(FORWARD, `jump ${entry}`);
  return last === undefined
    ? { lines, last: entry }
    : { lines: [...lines, ...leading(entry, `vmap @${map}`)], last };
};

const addressTypes: Readonly<Record<Family, string>> = { IPv4: "ipv4_addr", IPv6: "ipv6_addr" };

const typeTexts: Readonly<Record<SetType, (address: string) => string>> = {
  "hash:ip": (address) => address,
  "hash:net": (address) => `${address}, interval`,
  "hash:ip,port": (address) => `${address} . inet_proto . inet_service`,
  pairs: (address) => `${address} . ${address}`,
  verdicts: (address) => `${address} : verdict`,
};

/** Rules of nftables. */
export const nftablesWords: RuleWords = {
  table: NFT_TABLE,
  render: renderNftables,
  wayIn,
  // The digest is of the whole comment, also where that had to be cut.
  isOf: (rule, id) => ruleHash(nftRuleText(nftWords(rule), ruleIdText(id))) === ruleHash(rule),
  isAllowing: (rule) => ends(rule, "counter return"),
  isDenying: (rule) => Object.values(denialVerdict).some((end) => ends(rule, end)),
  setsIn: (rule) => [...nftWords(rule).matchAll(/ @(\S+)/g)].map(([, name = ""]) => name),
  typeText: (type, family) => typeTexts[type](addressTypes[family]),
  entryText: elementOf,
};
