import { digest } from "../../core/digest.ts";
import { ruleHash } from "../../render/rule-text.ts";
import { setsNamedBy } from "../saved-rules.ts";

/**
 * The set that stands for another on the way, `SV4-g-…` for `SV4-G-…`: the same for the same set, so that whoever comes after
 * a crash knows it. There are two, as rules may name one of them still, which an enforcer left that died. A name of ours
 * leaves one byte of the kernel's 31.
 */
export function shadowOf(name: string, isTaken: (shadow: string) => boolean): string {
  const small = (times: number): string =>
    name.replace(
      /^(SV[46]-)([A-Z])/,
      (_, prefix: string, kind: string) => prefix + kind.toLowerCase().repeat(times),
    );
  const first = small(1);
  return isTaken(first) ? small(2) : first;
}

/** A rule that names other sets in place of its own, with a digest of its own. */
export function renamed(rule: string, shadows: ReadonlyMap<string, string>): string {
  const names = setsNamedBy(rule).filter((name) => shadows.has(name));
  if (names.length === 0) return rule;
  const changed = names.reduce(
    (text, name) => text.replace(` --match-set ${name} `, ` --match-set ${shadows.get(name)} `),
    ` ${rule}`,
  );
  const hash = ruleHash(rule) ?? "";
  return changed.slice(1).replace(`#${hash}"`, `#${digest(changed).slice(0, hash.length)}"`);
}
