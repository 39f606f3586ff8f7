import { type Address, type Family, formatAddress } from "../../../core/address.ts";
import { type Direction, ruleIdText } from "../../../core/policy.ts";
import { nftRuleText, nftWords, ruleHash } from "../../../render/rule-text.ts";
import type { Flow } from "../../../core/traffic.ts";
import {
  NFT_TABLE,
  dispatchChain,
  judgingChain,
  otherPortsChainOf,
  portMap,
  verdictMap,
} from "../../../render/names.ts";
import { elementOf } from "../../../render/nftables/element.ts";
import { renderNftables } from "../../../render/nftables/nftables.ts";
import { setsNamed } from "../../../render/nftables/sets-named.ts";
import { denialVerdict } from "../../../render/nftables/verdicts.ts";
import type { SetType } from "../../../render/ruleset.ts";
import type { Line, RuleWords } from "./rule-words.ts";

/** The base chain that what is routed goes through. */
const FORWARD = "FORWARD";

const ends = (rule: string, end: string): boolean => ` ${nftWords(rule)}`.endsWith(` ${end}`);

/** The chain to which a map leads what has this key. */
function judgeOf(entries: Iterable<string>, key: string): string | undefined {
  const way = `${key} : goto `;
  for (const entry of entries) if (entry.startsWith(way)) return entry.slice(way.length);
  return undefined;
}

/** The maps that are asked for a packet, in their order, by what. */
function* asked(
  family: Family,
  direction: Direction,
  address: Address,
  flow: Flow,
): Generator<[string, string]> {
  const key = formatAddress(address);
  if (flow.protocol !== "other")
    yield [portMap(family, direction), `${key} . ${flow.protocol.toLowerCase()} . ${flow.port}`];
  yield [verdictMap(family, direction), key];
}

const wayIn: RuleWords["wayIn"] = ({ family, chains, sets }, direction, address, flow) => {
  const entry = dispatchChain(direction);
  const leading = (chain: string, end: string): Line[] =>
    (chains.get(chain) ?? [])
      .filter((rule) => ends(rule, end))
      .map((rule): Line => ({ chain, rule, does: "leads" }));
  const judging = judgingChain(FORWARD);
  const lines = [...leading(FORWARD, `goto ${judging}`), ...leading(judging, `jump ${entry}`)];
  for (const [map, key] of asked(family, direction, address, flow)) {
    const judge = judgeOf(sets.get(map)?.entries ?? [], key);
    if (judge === undefined) continue;
    const others = otherPortsChainOf(judge);
    return {
      lines: [...lines, ...leading(entry, `vmap @${map}`)],
      judging: chains.has(others) ? [judge, others] : [judge],
    };
  }
  return { lines, judging: [entry] };
};

const addressTypes: Readonly<Record<Family, string>> = { IPv4: "ipv4_addr", IPv6: "ipv6_addr" };

const typeTexts: Readonly<Record<SetType, (address: string) => string>> = {
  "hash:ip": (address) => address,
  "hash:net": (address) => `${address}, interval`,
  "hash:ip,port": (address) => `${address} . inet_proto . inet_service`,
  pairs: (address) => `${address} . ${address}`,
  verdicts: (address) => `${address} : verdict`,
  "port-verdicts": (address) => `${address} . inet_proto . inet_service : verdict`,
};

/** Rules of nftables. */
export const nftablesWords: RuleWords = {
  table: NFT_TABLE,
  render: renderNftables,
  wayIn,
  // The digest is of the whole comment, also where that had to be cut.
  isOf: (rule, id) => ruleHash(nftRuleText(nftWords(rule), ruleIdText(id))) === ruleHash(rule),
  isAllowing: (rule) => ends(rule, "counter return"),
  isLeading: (rule, to) => nftWords(rule) === `goto ${to}`,
  isDenying: (rule) => Object.values(denialVerdict).some((end) => ends(rule, end)),
  setsIn: setsNamed,
  typeText: (type, family) => typeTexts[type](addressTypes[family]),
  entryText: elementOf,
};
