import { explain } from "../analysis/explain/explain.ts";
import { explanationJson } from "../analysis/explain/explanation-json.ts";
import { explanationText } from "../analysis/explain/text/explanation-text.ts";
import type { Verdict } from "../core/evaluate.ts";
import { type Answer, ask } from "../library/ask.ts";
import type { PortSpec } from "../library/port-spec.ts";
import { UsageError } from "./exit-codes.ts";
import { explainInput } from "./explain-input.ts";
import { withKernel } from "./explain-kernel.ts";
import { type ExplainFlags, type ExplainQuestion, textOptions } from "./explain-question.ts";

/** `shop/api:80`, taken apart. */
function serviceOf({ service }: Answer): { readonly name: string; readonly port: number } | undefined {
  if (service === undefined) return undefined;
  const colon = service.lastIndexOf(":");
  return { name: service.slice(0, colon), port: Number(service.slice(colon + 1)) };
}

/** The answer about one port, and why, in the format that was asked for. */
export async function explainedPort(
  { loaded, from, to, asked }: ExplainQuestion,
  port: PortSpec,
  flags: ExplainFlags,
): Promise<{ readonly verdict: Verdict; readonly text: string }> {
  const answer = ask(loaded.program, loaded.cluster, { from, to, port });
  if ("kind" in answer) throw new UsageError(answer.message);
  const service = serviceOf(answer);
  const parts = answer.parts.map(({ pair, answer: said }) => ({
    pair: { ...pair, ...(service !== undefined && { service }) },
    answer: said,
  }));
  const parties = [...new Set(parts.flatMap(({ pair }) => [pair.from, pair.to]))];
  const input = explainInput(loaded, parties);
  const plain = explain(input, { ...answer, parts });
  const isWanted = flags.rules === true || flags.counters === true;
  const explanation = isWanted ? await withKernel(input, plain, flags) : plain;
  const { verdict } = answer;
  if (flags.output === "json")
    return { verdict, text: `${JSON.stringify(explanationJson(explanation, asked), undefined, 2)}\n` };
  const options = await textOptions(loaded, flags);
  if (flags.output === "text") return { verdict, text: explanationText(explanation, asked, options) };
  const { explanationMarkdown } = await import("../analysis/explain/text/explanation-markdown.ts");
  return { verdict, text: explanationMarkdown(explanation, asked, options) };
}
