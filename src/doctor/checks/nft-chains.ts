import { directions } from "../../core/policy.ts";
import {
  GATE_CHAIN,
  REFUSE_CHAIN,
  classChainOf,
  dispatchChain,
  isOurChain,
  judgingChain,
  otherPortsChainOf,
  verdictMap,
} from "../../render/names.ts";
import { BASE_CHAINS } from "../../render/nftables/base-chains.ts";
import { denialVerdict } from "../../render/nftables/verdicts.ts";
import { ruleHash } from "../../render/rule-text.ts";
import type { PrintedNftChain } from "../../kernel/nftables/printed-table.ts";
import { nftWords } from "../../render/rule-text.ts";
import type { OurNftTable } from "../nft-standing.ts";

/** Those that judge: whoever comes to their end is denied. */
const isJudging = ({ name }: PrintedNftChain): boolean =>
  name === GATE_CHAIN || name === REFUSE_CHAIN || classChainOf(name) !== undefined;

const ENDS: ReadonlySet<string> = new Set([...Object.values(denialVerdict), "reject"]);

/** A rule without what it has counted. */
const uncounted = (rule: string): string => nftWords(rule).replace(/ ?packets \d+ bytes \d+/, "");

/** A class's chains for ports end where its other rules stand; that one denies. */
function isOpen({ name, rules }: PrintedNftChain): boolean {
  const end = uncounted(rules.at(-1) ?? "");
  const others = otherPortsChainOf(name);
  return !ENDS.has(end) && (name === others || end !== `goto ${others}`);
}

const leads = (chain: PrintedNftChain | undefined, end: RegExp): boolean =>
  chain?.rules.some((rule) => end.test(nftWords(rule))) === true;

/** What is wrong within our table, in words. */
export function nftChainTroubles({ family, table }: OurNftTable): string[] {
  if (table === undefined) return [];
  const chains = new Map(table.chains.map((chain) => [chain.name, chain]));
  const own = table.chains.filter(({ name }) => BASE_CHAINS.has(name) || isOurChain(name));
  return [
    ...table.chains
      .filter((chain) => !own.includes(chain))
      .map(({ name }) => `a chain that is not Selvedge's stands in its table: ${name}`),
    ...own.flatMap(({ name, rules }) =>
      rules
        .filter((rule) => ruleHash(rule) === undefined)
        .map((rule) => `a rule that is not Selvedge's stands in its chain ${name}: ${rule}`),
    ),
    ...[...BASE_CHAINS.keys()].flatMap((base) => {
      const judging = judgingChain(base);
      return [
        ...(leads(chains.get(base), new RegExp(` goto ${judging}$`))
          ? []
          : [`${base} does not lead to ${judging}`]),
        ...directions
          .map(dispatchChain)
          .filter((to) => !leads(chains.get(judging), new RegExp(`^jump ${to}$`)))
          .map((to) => `${judging} does not lead to ${to}`),
      ];
    }),
    ...directions
      .filter(
        (direction) =>
          !leads(
            chains.get(dispatchChain(direction)),
            new RegExp(` vmap @${verdictMap(family, direction)}$`),
          ),
      )
      .map((direction) => `${dispatchChain(direction)} leads no pod to its class`),
    ...own
      .filter((chain) => isJudging(chain) && isOpen(chain))
      .map(({ name }) => `${name} does not end in drop`),
  ];
}
