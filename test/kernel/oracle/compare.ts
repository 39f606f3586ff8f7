import type { Cluster } from "../../../src/core/compile.ts";
import { execOrThrow } from "../../../src/kernel/exec.ts";
import type { EnforcerBackend } from "../../../src/lab/backend.ts";
import type { Host } from "../../../src/render/host.ts";
import { iptables, nftables } from "../../support/backends.ts";
import { must } from "../../support/must.ts";
import type { Judge } from "../../support/netfilter/fate.ts";
import { disagreement, wayText } from "../../support/verdict-error.ts";
import { enforce } from "./enforce.ts";
import { rulesetFor } from "../ruleset-for.ts";
import { nodeView } from "./node-view.ts";
import { packetBytes } from "./packet-bytes.ts";
import { type Question, questionsFor } from "./questions.ts";
import { NODE, type Wire } from "./wire.ts";

/** What the kernel says of each question, none of which it has seen before. */
async function askKernel(wire: Wire, questions: readonly Question[]): Promise<Question["verdict"][]> {
  await execOrThrow(wire.exec, { command: "conntrack", args: ["-F"] });
  const arrived = await wire.send(
    questions.map(({ packet, way }) => ({
      way,
      packets: (payload, id) => [packetBytes(packet, { id, payload })],
    })),
  );
  return arrived.map((count) => (count > 0 ? "allowed" : "denied"));
}

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
  // Each way round has a conntrack of its own, or what goes one way would be the reply to what went the other.
  const { forth = [], back = [] } = Object.groupBy(questions, ({ packet }) =>
    packet.source <= packet.destination ? "forth" : "back",
  );
  for (const asked of [forth, back]) {
    const answers = await askKernel(wire, asked);
    for (const [i, answer] of answers.entries()) {
      const question = must(asked[i]);
      if (answer !== question.verdict) {
        const { judgeWith } = backend === "nftables" ? nftables : iptables;
        throw wrong(cluster, question, answer, judgeWith(ruleset));
      }
    }
  }
  const allowed = questions.filter(({ verdict }) => verdict === "allowed").length;
  return { allowed, denied: questions.length - allowed };
}
