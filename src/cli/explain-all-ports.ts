import { explainAllPorts } from "../analysis/explain/explain-all-ports.ts";
import { allPortsText } from "../analysis/explain/text/all-ports-text.ts";
import type { Party } from "../analysis/party.ts";
import { formatTraffic } from "../analysis/connectivity-map.ts";
import type { Verdict } from "../core/evaluate.ts";
import { subtractTraffic } from "../core/traffic.ts";
import { pairsOf } from "../library/ask.ts";
import { askAllPorts } from "../library/ask-all-ports.ts";
import { serviceTargets } from "../library/service-targets.ts";
import { portsVerdict } from "./can-answers.ts";
import { UsageError } from "./exit-codes.ts";
import { explainInput } from "./explain-input.ts";
import { type ExplainFlags, type ExplainQuestion, textOptions } from "./explain-question.ts";

/** Whoever answers: the pods behind a Service, whichever of its ports leads to them. */
function destinations({ to, loaded: { cluster } }: ExplainQuestion): readonly Party[] {
  if (to.kind === "parties") return to.parties;
  const { service } = to;
  const parties = service.ports.flatMap((port) => {
    const found = serviceTargets(service, port, cluster);
    return found.kind === "targets" ? found.targets.map(({ party }) => party) : [];
  });
  return [...new Map(parties.map((party) => [party.name, party])).values()];
}

/** All that may pass, and by which rules, in the format that was asked for. */
export async function explainedPorts(
  question: ExplainQuestion,
  flags: ExplainFlags,
): Promise<{ readonly verdict: Verdict; readonly text: string }> {
  const { loaded, from, to, asked } = question;
  const bounds = askAllPorts(loaded.program, loaded.cluster, { from, to });
  if ("kind" in bounds) throw new UsageError(bounds.message);
  const verdict = portsVerdict(bounds);
  const certain = formatTraffic(bounds.certain);
  const open = formatTraffic(subtractTraffic(bounds.possible, bounds.certain));
  const froms = from.kind === "parties" ? from.parties : [];
  const tos = destinations(question);
  const isSame = to.kind === "parties" && from.name === to.name;
  const input = explainInput(loaded, [...froms, ...tos]);
  const pairs = explainAllPorts(input, tos.length === 0 ? [] : pairsOf(froms, tos, isSame));
  if (flags.output === "json") {
    const { allPortsJson } = await import("../analysis/explain/all-ports-json.ts");
    const json = allPortsJson(pairs, { ...asked, verdict, certain, open });
    return { verdict, text: `${JSON.stringify(json, undefined, 2)}\n` };
  }
  const options = await textOptions(loaded, flags);
  const text = allPortsText(pairs, { ...asked, verdict, certain, open }, options);
  // What is set in columns stays in columns.
  return { verdict, text: flags.output === "md" ? `\`\`\`\n${text}\`\`\`\n` : text };
}
