import { ruleHash } from "../render/rule-text.ts";
import { jumpOf } from "./saved-rules.ts";

/**
 * What a rule is known by again: its digest and where it leads, in which all versions of the tools word it alike. Who puts
 * another verdict under the same comment, or renames the chain that it leads to, has made another rule.
 */
export function ruleIdentity(rule: string): string | undefined {
  const hash = ruleHash(rule);
  if (hash === undefined) return undefined;
  const jump = jumpOf(rule);
  return jump === undefined ? hash : `${hash} ${jump.isGoto ? "-g" : "-j"} ${jump.to}`;
}
