import type { Family } from "../core/address.ts";
import type { Host } from "./host.ts";
import { FILTER_CHAIN, REFUSE_CHAIN, UNREFUSED_CHAIN } from "./names.ts";
import { ruleText } from "./rule-text.ts";
import type { FamilyRuleset, TableRules } from "./ruleset.ts";

/*
 * Only table filter can answer, and there somebody's ACCEPT may stand before us. So mangle, where nobody comes before us,
 * takes a packet that is denied the time to live and lets it go on; in filter it is answered by it, and what is not is
 * dropped in mangle POSTROUTING, by which all must pass. No packet mark: others clear and restore marks in between, as
 * they like, while the time to live is written in mangle alone. Nor can it be taken for another packet: a router destroys
 * what comes with none (RFC 791 section 3.2, RFC 8200 section 3), so what is forwarded has some.
 */

/** How a class's chain ends. */
export const denialTarget: Readonly<Record<Host["denial"], string>> = {
  drop: "-j DROP",
  reject: `-g ${REFUSE_CHAIN}`,
};

interface Words {
  readonly die: string;
  readonly isDead: string;
  readonly multicast: string;
  readonly unreachable: string;
}

const words: Readonly<Record<Family, Words>> = {
  IPv4: {
    die: "-j TTL --ttl-set 0",
    isDead: "-m ttl --ttl-eq 0",
    multicast: "224.0.0.0/4",
    unreachable: "icmp-port-unreachable",
  },
  IPv6: {
    die: "-j HL --hl-set 0",
    isDead: "-m hl --hl-eq 0",
    multicast: "ff00::/8",
    unreachable: "icmp6-port-unreachable",
  },
};

/** What stands in mangle beside the program's, and in filter, so that denied packets are answered. */
export interface Refusal extends TableRules {
  readonly filter?: TableRules;
}

const NONE: Refusal = { chains: new Map(), hooks: [] };

function rejection(family: Family): Refusal {
  const { die, isDead, multicast, unreachable } = words[family];
  /** Multicast and the node's own packets may have no time to live by themselves, to stay on the node. */
  const others = (verdict: "DROP" | "RETURN"): string[] => [
    ruleText(`-d ${multicast} -j ${verdict}`, "multicast is not refused"),
    ruleText(`-m addrtype --src-type LOCAL -j ${verdict}`, "nor what bears an address of this node"),
  ];
  return {
    chains: new Map([
      [
        REFUSE_CHAIN,
        [
          ruleText("-m conntrack --ctstate INVALID -j DROP", "may be of a flow that an answer would end"),
          ...others("DROP"),
          ruleText(die, "denied"),
          ruleText(`${isDead} -j ACCEPT`, "on to table filter, which refuses it"),
          ruleText("-j DROP", "denied"),
        ],
      ],
      [UNREFUSED_CHAIN, [...others("RETURN"), ruleText("-j DROP", "denied, and not refused")]],
    ]),
    hooks: [
      {
        chain: "POSTROUTING",
        rule: ruleText(`${isDead} -j ${UNREFUSED_CHAIN}`, "Selvedge: denied, whoever accepted it"),
      },
    ],
    filter: {
      chains: new Map([
        [
          FILTER_CHAIN,
          [
            ...others("RETURN"),
            ruleText("-p tcp -j REJECT --reject-with tcp-reset", "refused"),
            ruleText(`-j REJECT --reject-with ${unreachable}`, "refused"),
          ],
        ],
      ]),
      hooks: (["FORWARD", "OUTPUT"] as const).map((chain) => ({
        chain,
        rule: ruleText(`${isDead} -j ${FILTER_CHAIN}`, "Selvedge: denied in table mangle"),
      })),
    },
  };
}

const refusals: Readonly<Record<Host["denial"], Readonly<Record<Family, Refusal>>>> = {
  drop: { IPv4: NONE, IPv6: NONE },
  reject: { IPv4: rejection("IPv4"), IPv6: rejection("IPv6") },
};

/** The same value for the same answer. */
export const refusal = (family: Family, { denial }: Host): Refusal => refusals[denial][family];

/** Hangs it in; its chains are among the ruleset's already. */
export const withRefusal = (ruleset: FamilyRuleset, { hooks, filter }: Refusal): FamilyRuleset =>
  filter === undefined ? ruleset : { ...ruleset, hooks: [...ruleset.hooks, ...hooks], filter };
