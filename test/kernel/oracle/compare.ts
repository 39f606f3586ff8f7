import type { Cluster } from "../../../src/core/compile.ts";
import type { EnforcerBackend } from "../../../src/lab/backend.ts";
import type { Host } from "../../../src/render/host.ts";
import { iptables, nftables } from "../../support/backends.ts";
import type { Judge } from "../../support/netfilter/fate.ts";
import { disagreement, wayText } from "../../support/verdict-error.ts";
import { askKernel } from "./ask-kernel.ts";
import { enforce } from "./enforce.ts";
import { rulesetFor } from "../ruleset-for.ts";
import { nodeView } from "./node-view.ts";
import { type Question, questionsFor } from "./questions.ts";
import { NODE, type Wire } from "./wire.ts";

function wrong(
  cluster: Cluster,
  { packet, flow, way, verdict }: Question,
  kernel: string,
  interpreted: Judge,
): Error {
  const { source, destination, protocol } = packet;
  const hook = way === "local" ? "OUTPUT" : "FORWARD";
  return disagreement(cluster, `${wayText(source, destination, flow)} (${protocol}, ${way}, at ${NODE})`, {
    "core/evaluate": verdict,
    "rules as test/support reads them": interpreted(hook, packet) === "passed" ? "allowed" : "denied",
    kernel,
  });
}

/** How many verdicts were compared, by what they were. */
export interface Tally {
  readonly allowed: number;
  readonly denied: number;
}

/** Writes the cluster's policies into the kernel and sends packets; throws where one is not treated as core says. */
export async function compareWithKernel(
  wire: Wire,
  backend: EnforcerBackend,
  { cluster, limit, host }: { readonly cluster: Cluster; readonly limit: number; readonly host?: Host },
): Promise<Tally> {
  const ruleset = rulesetFor(backend, cluster, NODE, host);
  await enforce(wire, backend, ruleset);
  const questions = questionsFor(cluster, nodeView(cluster, NODE), limit);
  for (const [question, answer] of await askKernel(wire, questions)) {
    if (answer === question.verdict) continue;
    const { judgeWith } = backend === "nftables" ? nftables : iptables;
    throw wrong(cluster, question, answer, judgeWith(ruleset));
  }
  const allowed = questions.filter(({ verdict }) => verdict === "allowed").length;
  return { allowed, denied: questions.length - allowed };
}
