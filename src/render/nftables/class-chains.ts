import type { Family } from "../../core/address.ts";
import type { SubjectClass } from "../../core/node-program.ts";
import type { Host } from "../host.ts";
import type { AllowRule, ClassChains } from "../layout.ts";
import { classChain, otherPortsChain, portChain } from "../names.ts";
import { nftRuleText } from "../rule-text.ts";
import { portMatch } from "./matches.ts";
import { denyRules } from "./verdicts.ts";

/** With fewer rules a packet passes those for other ports as fast as it is led around them. */
const LEAST_RULES = 4;

/** Each port of a class is an element for each of its pods. */
const MOST_PORTS = 64;

/**
 * The ports that have chains of their own: those of several rules, where there are rules for others. Of a chain for one rule packets
 * would have less than whoever writes pays for it: nft 1.0 reads all chains before each write, at a microsecond each.
 */
function portsOf(allowed: readonly AllowRule[]): readonly string[] {
  const all = allowed.flatMap(({ atPort }) => atPort?.port ?? []);
  const byPort = Map.groupBy(all, (port) => port);
  const ports = [...byPort].flatMap(([port, rules]) => (rules.length > 1 ? [port] : []));
  return all.length < LEAST_RULES || byPort.size < 2 || ports.length > MOST_PORTS ? [] : ports;
}

/**
 * One chain for most classes. Else rules for the same port stand in a chain of their own, to which a map leads packets at once
 * (`dispatch.ts`), and which ends where all other rules stand. The class's chain leads to both, so that whom the map does not know is
 * judged the same.
 */
export function classChains(
  each: SubjectClass,
  allowed: readonly AllowRule[],
  family: Family,
  denial: Host["denial"],
): ClassChains {
  const { id } = each;
  const ports = portsOf(allowed);
  const denied = denyRules(each, family, denial);
  if (ports.length === 0)
    return { ports, chains: new Map([[classChain(id), [...allowed.map(({ rule }) => rule), ...denied]]]) };
  const own = new Set<string | undefined>(ports);
  const others = allowed.filter(({ atPort }) => !own.has(atPort?.port)).map(({ rule }) => rule);
  const onwards = nftRuleText(`goto ${otherPortsChain(id)}`, "all other rules");
  const leading = (port: string): string =>
    nftRuleText(`${portMatch(port)} goto ${portChain(id, port)}`, "rules for this port");
  const rulesAt = (port: string): string[] =>
    allowed.flatMap(({ atPort }) => (atPort?.port === port ? atPort.rule : []));
  return {
    ports,
    chains: new Map([
      [classChain(id), [...ports.map(leading), onwards]],
      ...ports.map((port): [string, string[]] => [portChain(id, port), [...rulesAt(port), onwards]]),
      [otherPortsChain(id), [...others, ...denied]],
    ]),
  };
}
