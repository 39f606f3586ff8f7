import { isOurHookIn, isOurs } from "../../kernel/ours.ts";
import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";
import { isNftRefusing, ourNftTables } from "../nft-standing.ts";
import { type OurTable, isRefusing, ourTables } from "../standing.ts";

const check = "refusal";

const HOOKED = ["FORWARD", "OUTPUT"] as const;

/** What is missing in filter, in words. */
function missing({ place, filter }: OurTable): string[] {
  if (!filter.chains.some(isOurs.filter)) return [`${place}: filter has no chain that refuses`];
  const hooks = filter.rules.filter((rule) => isOurHookIn("filter", rule));
  return HOOKED.filter((chain) => !hooks.some((hook) => hook.chain === chain)).map(
    (chain) => `${place}: no rule in filter ${chain} leads where it is refused`,
  );
}

/** Whether what is denied is answered, where it is meant to be. Without an answer it is dropped all the same. */
export function refusal(facts: NodeFacts): Finding[] {
  const tables = ourTables(facts).filter(isRefusing);
  if (tables.length === 0)
    return [
      ourNftTables(facts).some(isNftRefusing)
        ? ok(check, "denied packets are refused (--deny=reject)")
        : ok(check, "denied packets are dropped in silence"),
    ];
  const findings = tables.flatMap(missing).map((what): Finding => ({
    check,
    status: "warn",
    message: `${what}: what is denied is dropped in silence, though --deny=reject asks for an answer`,
    mend: "The enforcer puts it back within seconds: start it, or see in its log why it cannot.",
  }));
  return findings.length > 0
    ? findings
    : [
        ok(
          check,
          "denied packets are refused (--deny=reject), but where others accept them before, in filter",
        ),
      ];
}
