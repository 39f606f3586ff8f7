import { families } from "../core/address.ts";
import { setsNamedBy } from "./saved-rules.ts";
import type { KernelState } from "./state.ts";

/** Tells whether a rule of ours in mangle names a set. Where there are rules that we did not write, any may be named. */
export function namedIn({ tables }: Pick<KernelState, "tables">): (set: string) => boolean {
  let known: { readonly names: ReadonlySet<string>; readonly isSure: boolean } | undefined;
  const look = () => {
    const rules = families.flatMap((family) => [...tables[family].chains.values()].flat());
    return {
      names: new Set(rules.flatMap((rule) => (rule === undefined ? [] : setsNamedBy(rule)))),
      isSure: !rules.includes(undefined),
    };
  };
  return (set) => {
    known ??= look();
    return !known.isSure || known.names.has(set);
  };
}
