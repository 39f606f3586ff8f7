import { ruleIdentity } from "./rule-identity.ts";

type Standing = readonly (string | undefined)[];

/** What chains were found to be: neither side is ever changed, so once is enough. */
const found = new WeakMap<Standing, readonly string[]>();

/** Whether a chain's rules stand as they are meant, word for word and in order. */
export function isAsMeant(rules: readonly string[], standing: Standing | undefined): boolean {
  if (standing?.length !== rules.length) return false;
  if (found.get(standing) === rules) return true;
  if (!rules.every((rule, i) => ruleIdentity(rule) === standing[i])) return false;
  found.set(standing, rules);
  return true;
}
