import { readGateLine } from "../../kernel/gate-line.ts";
import { GATE_CHAIN, isOurChain } from "../../render/names.ts";
import { jumpOf } from "../../kernel/saved-rules.ts";
import type { NodeFacts } from "../facts.ts";
import { type Finding, ok } from "../finding.ts";
import { nftWords } from "../../render/rule-text.ts";
import { hasNftables, ourNftTables } from "../nft-standing.ts";
import { ourTables } from "../standing.ts";

const check = "start gate";

const openPods = "new pods are open until they are programmed";

/** Whether pods that are still to come are closed: the enforcer says so, and where none does the rules do. */
export function startGate(facts: NodeFacts): Finding[] {
  const { enforcer } = facts;
  const said = enforcer.kind === "answered" ? readGateLine(enforcer.body) : undefined;
  if (said?.kind === "on") return [ok(check, `on: in ${said.where}, who is not programmed yet is closed`)];
  if (said?.isAsked === true) return [ok(check, `off, as ${said.why} asks: ${openPods}`)];
  if (said !== undefined)
    return [
      {
        check,
        status: "warn",
        message: `off: ${said.why}; ${openPods}`,
        mend: "Have the Node's spec.podCIDRs say where its pods get their addresses (`kube-controller-manager --allocate-node-cidrs`), or say --start-gate=off to the enforcer.",
      },
    ];
  const tables = ourTables(facts);
  if (tables.length === 0 && !hasNftables(facts)) return [ok(check, "nothing of Selvedge's stands")];
  const isGated = tables.some(({ mangle }) =>
    mangle.rules.some(({ chain, rule }) => isOurChain(chain) && jumpOf(rule)?.to === GATE_CHAIN),
  );
  const isNftGated = ourNftTables(facts).some(({ table }) =>
    table?.chains.some(({ rules }) => rules.some((rule) => nftWords(rule).endsWith(` goto ${GATE_CHAIN}`))),
  );
  if (isGated || isNftGated)
    return [ok(check, "its rules stand: new pods stay closed until an enforcer programs them")];
  // That no enforcer is well is another check's finding.
  return [ok(check, `none of its rules stands, and no enforcer says why; ${openPods}`)];
}
