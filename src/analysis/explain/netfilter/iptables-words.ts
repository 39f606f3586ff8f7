import { isInCidr, parseCidr } from "../../../core/cidr.ts";
import { ruleIdText } from "../../../core/policy.ts";
import { FORWARD_CHAIN, dispatchChain } from "../../../render/names.ts";
import { renderIptables } from "../../../render/iptables.ts";
import { denialTarget } from "../../../render/refusal.ts";
import type { Line, RuleWords } from "./rule-words.ts";

const wayIn: RuleWords["wayIn"] = ({ chains }, direction, address) => {
  const entry = dispatchChain(direction);
  const lines = (chains.get(FORWARD_CHAIN) ?? [])
    .filter((rule) => rule.endsWith(`-j ${entry}`))
    .map((rule): Line => ({ chain: FORWARD_CHAIN, rule, does: "leads" }));
  let chain = entry;
  for (;;) {
    const hop = (chains.get(chain) ?? []).flatMap((rule) => {
      const [, block = "", target = ""] = /(?:^| )-[sd] (\S+) .*-g (\S+)$/.exec(rule) ?? [];
      const cidr = parseCidr(block);
      return cidr !== undefined && isInCidr(address, cidr) ? [{ rule, target }] : [];
    })[0];
    if (hop === undefined) return { lines, judging: [chain] };
    lines.push({ chain, rule: hop.rule, does: "leads" });
    chain = hop.target;
  }
};

/** Rules of iptables. */
export const iptablesWords: RuleWords = {
  table: "mangle",
  render: renderIptables,
  wayIn,
  isOf: (rule, id) => rule.includes(`--comment "${ruleIdText(id)} #`),
  isAllowing: (rule) => rule.endsWith("-j RETURN"),
  isLeading: (rule, to) => rule.endsWith(`-g ${to}`),
  isDenying: (rule) => rule.endsWith(denialTarget.drop) || rule.endsWith(denialTarget.reject),
  setsIn: (rule) => [...rule.matchAll(/--match-set (\S+)/g)].map(([, name = ""]) => name),
  typeText: (type) => type,
  entryText: (entry) => entry,
};
