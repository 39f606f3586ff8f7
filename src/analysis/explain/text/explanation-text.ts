import { families } from "../../../core/address.ts";
import { flowText } from "../../can.ts";
import { wrap } from "../../finding/wrap.ts";
import type { ConnectionExplanation, ExplainedGroup, ExplainedPair, Explanation } from "../explanation.ts";
import { kernelText } from "./kernel-text.ts";
import { likewiseText } from "./likewise-text.ts";
import { sideName, sideText } from "./side-text.ts";
import { suggestionsText } from "./suggestion-text.ts";
import { type TextOptions, WIDTH } from "./text-options.ts";
import { verdictPaint, verdictWord } from "./words.ts";

/** `shop/web -> shop/api:80 => shop/api-5c1 TCP/8080` */
export function pairText({ from, to, flow, service }: ExplainedPair): string {
  const through = service === undefined ? "" : `${service.name}:${service.port} => `;
  return `${from.name} -> ${through}${to.name} ${flowText(flow)}`;
}

/** Why policies have no say; `undefined` where they have. */
export function exemptText({ exempt, pair: { from, to } }: ConnectionExplanation): string | undefined {
  if (exempt !== "yes") return undefined;
  return from.end.kind === "pod" && to.end.kind === "pod"
    ? "policies stand aside: a pod always reaches itself"
    : "policies stand aside: a pod and its own node always reach each other";
}

/** `over IPv4 yes, over IPv6 no`; `undefined` where they agree. */
export function familiesText({ families: judged, family }: ConnectionExplanation): string | undefined {
  if (new Set(judged.map(({ verdict }) => verdict)).size < 2) return undefined;
  const said = families.flatMap((each) =>
    judged.filter((one) => one.family === each).map(({ verdict }) => `over ${each} ${verdictWord(verdict)}`),
  );
  return `${said.join(", ")}: below is ${family}`;
}

function groupBody(
  { connection, suggestions, likewise, walks = [] }: ExplainedGroup,
  options: TextOptions,
): string[] {
  const { pair, egress, ingress, answer } = connection;
  const notes = [
    ...(answer.verdict === "depends" ? [answer.why] : []),
    ...(connection.families.length === 0 && "why" in answer ? [answer.why] : []),
    ...[exemptText(connection), familiesText(connection)].filter((text) => text !== undefined),
    ...likewiseText(pair, likewise),
  ].flatMap(noteLines);
  if (connection.exempt === "yes" || connection.families.length === 0) return notes;
  const width = Math.max(sideName(egress, pair).length, sideName(ingress, pair).length);
  const sides = [egress, ingress].map((side) => sideText(side, connection, width, options));
  // Two lines that say yes belong together; what is longer stands apart.
  const isShort = sides.every((lines) => lines.length <= 1);
  const body = isShort ? sides.flat() : sides.flatMap((lines, i) => (i === 0 ? lines : ["", ...lines]));
  const mend = suggestionsText(suggestions, options);
  return [
    ...notes,
    ...(notes.length > 0 ? [""] : []),
    ...body,
    ...(mend.length > 0 ? ["", ...mend] : []),
    ...kernelText(walks, options),
  ];
}

function headLines(verdict: Explanation["verdict"], text: string, { paint }: TextOptions): string[] {
  const word = verdictWord(verdict);
  const [first = "", ...more] = wrap(text, WIDTH - word.length - 3);
  const pad = " ".repeat(word.length + 3);
  return [
    `${verdictPaint(verdict, paint)(word)}   ${paint.strong(first)}`,
    ...more.map((line) => pad + paint.strong(line)),
  ];
}

const noteLines = (note = ""): string[] =>
  note === "" ? [] : wrap(note, WIDTH - 2).map((line) => `  ${line}`);

/** For people: the verdict in a line, then each direction to its end, then what would allow it. */
export function explanationText(
  { verdict, why, service, leftOut, groups }: Explanation,
  asked: { readonly from: string; readonly to: string },
  options: TextOptions,
): string {
  const [only, ...others] = groups;
  if (only === undefined) {
    const text = `${asked.from} -> ${service ?? asked.to}`;
    return `${[...headLines(verdict, text, options), ...noteLines(why)].join("\n")}\n`;
  }
  if (others.length === 0) {
    const head = headLines(verdict, pairText(only.connection.pair), options);
    return `${[...head, ...noteLines(leftOut), "", ...groupBody(only, options)].join("\n").trimEnd()}\n`;
  }
  const told = groups.slice(0, options.limit);
  const more = groups.length - told.length;
  const summary = [...noteLines(why), ...noteLines(leftOut)];
  const parts = told.flatMap((group) => {
    const { pair, answer } = group.connection;
    return ["", ...headLines(answer.verdict, pairText(pair), options), "", ...groupBody(group, options)];
  });
  const rest = more > 0 ? ["", `... and ${more} more, judged otherwise (--verbose shows all)`] : [];
  return `${[...headLines(verdict, `${asked.from} -> ${asked.to}`, options), ...summary, ...parts, ...rest].join("\n").trimEnd()}\n`;
}
