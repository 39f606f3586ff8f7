import { digest } from "../../../core/digest.ts";
import { setsNamed } from "../../../render/nftables/sets-named.ts";
import { ruleHash } from "../../../render/rule-text.ts";

/**
 * The set that stands for another for a moment, `SV4-next-G-…` for `SV4-G-…`. There are two, as rules may name one of them still, which
 * an enforcer left that died.
 */
export function shadowOf(name: string, isTaken: (shadow: string) => boolean): string {
  const [next, other] = ["next", "other"].map((word) => name.replace("-", `-${word}-`));
  if (next === undefined || other === undefined) throw new Error("there are two");
  return isTaken(next) ? other : next;
}

/** A rule that names other sets in place of its own, with a digest of its own. */
export function renamed(rule: string, shadows: ReadonlyMap<string, string>): string {
  const names = setsNamed(rule).filter((name) => shadows.has(name));
  if (names.length === 0) return rule;
  const changed = names.reduce((text, name) => text.replace(` @${name} `, ` @${shadows.get(name)} `), rule);
  const hash = ruleHash(rule) ?? "";
  return changed.replace(`#${hash}"`, `#${digest(changed).slice(0, hash.length)}"`);
}
