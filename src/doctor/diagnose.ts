import { bridges } from "./checks/bridges.ts";
import { chains } from "./checks/chains.ts";
import { conntrack } from "./checks/conntrack.ts";
import { enforcer } from "./checks/enforcer.ts";
import { forwarding } from "./checks/forwarding.ts";
import { hooks } from "./checks/hooks.ts";
import { kernelSupport } from "./checks/kernel-support.ts";
import { privileges } from "./checks/privileges.ts";
import { refusal } from "./checks/refusal.ts";
import { secondEnforcer } from "./checks/second-enforcer.ts";
import { sets } from "./checks/sets.ts";
import { startGate } from "./checks/start-gate.ts";
import { tools } from "./checks/tools.ts";
import { variantSplit } from "./checks/variant-split.ts";
import type { NodeFacts } from "./facts.ts";
import type { Finding } from "./finding.ts";

/** From what everything stands on to what stands on it: the first that is not well is often the cause of the next. */
const CHECKS: readonly ((facts: NodeFacts) => Finding[])[] = [
  privileges,
  tools,
  kernelSupport,
  bridges,
  forwarding,
  variantSplit,
  secondEnforcer,
  hooks,
  chains,
  refusal,
  sets,
  enforcer,
  startGate,
  conntrack,
];

/**
 * All findings about a node, at least one for each check; but for a process that may not look, which would take what it
 * cannot see for missing. A pure function of the facts.
 */
export const diagnose = (facts: NodeFacts): Finding[] =>
  (facts.isNetAdmin ? CHECKS : [privileges]).flatMap((check) => check(facts));
