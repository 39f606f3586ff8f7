import { setsNamed } from "../../../render/nftables/sets-named.ts";

/** Whether one of these rules asks for one of these sets. */
export const asksFor = (rules: readonly string[], sets: ReadonlySet<string>): boolean =>
  rules.some((rule) => setsNamed(rule).some((name) => sets.has(name)));
