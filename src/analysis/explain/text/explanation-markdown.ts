import { ruleIdText } from "../../../core/policy.ts";
import type { ConnectionExplanation, ExplainedGroup, Explanation, SideExplanation } from "../explanation.ts";
import { suggestionValue } from "../suggest/suggestion-value.ts";
import { exemptText, familiesText, pairText } from "./explanation-text.ts";
import { kernelText } from "./kernel-text.ts";
import { ruleSentence } from "./rule-table.ts";
import { sideName, sideReason } from "./side-text.ts";
import { coverageText, suggestionTitle } from "./suggestion-text.ts";
import type { TextOptions } from "./text-options.ts";
import { placeText, verdictWord } from "./words.ts";

/** As text in a table's cell: what is between backticks stays as it is. */
const cell = (text: string): string => text.replaceAll("|", "\\|").replaceAll("\n", " ");

const code = (text: string): string => (text === "" ? "" : `\`${text}\``);

function tableOf({ policies }: SideExplanation, limit: number): string[] {
  const rows = policies.flatMap(({ policy, place, rules }) =>
    rules.length === 0
      ? [[policy, "allows nothing", placeText(place)]]
      : rules.map((rule) => {
          const misses = [rule.peer, rule.port].flatMap((miss) => (miss === undefined ? [] : [miss.message]));
          const because = rule.verdict === "denied" ? `: ${misses.join("; ")}` : "";
          return [ruleIdText(rule.id), `${ruleSentence(rule)}${because}`, placeText(rule.place)];
        }),
  );
  if (rows.length === 0) return [];
  const more = rows.length - limit;
  return [
    "",
    "| rule | says | where |",
    "| ---- | ---- | ----- |",
    ...rows
      .slice(0, limit)
      .map(([name = "", says = "", where = ""]) => `| ${code(name)} | ${cell(says)} | ${code(where)} |`),
    ...(more > 0 ? [`| | ... and ${more} more | |`] : []),
  ];
}

function sideLines(side: SideExplanation, connection: ConnectionExplanation, limit: number): string[] {
  const word = { allowed: "allowed", denied: "denied", depends: "depends" }[side.verdict];
  return [
    "",
    `**${sideName(side, connection.pair)}: ${word}**, ${cell(sideReason(side, connection))}`,
    ...tableOf(side, limit),
  ];
}

function groupLines(
  { connection, suggestions, likewise, walks = [] }: ExplainedGroup,
  options: TextOptions,
): string[] {
  const { answer, egress, ingress, exempt, families } = connection;
  const notes = [
    "why" in answer ? answer.why : undefined,
    exemptText(connection),
    familiesText(connection),
    likewise.length === 0 ? undefined : `likewise for ${likewise.length} more`,
  ].filter((text) => text !== undefined);
  const isTold = exempt !== "yes" && families.length > 0;
  const kernel = kernelText(walks, options);
  return [
    ...notes.flatMap((text) => ["", cell(text)]),
    ...(isTold ? [egress, ingress].flatMap((side) => sideLines(side, connection, options.limit)) : []),
    ...suggestions.flatMap((suggestion) => [
      "",
      `To allow it, ${suggestionTitle(suggestion)} (${coverageText(suggestion)}):`,
      "",
      "```yaml",
      options.yaml(suggestionValue(suggestion)).trimEnd(),
      "```",
    ]),
    ...(kernel.length === 0 ? [] : ["", "```", ...kernel.slice(1), "```"]),
  ];
}

const titleOf = ({ answer, pair }: ConnectionExplanation): string =>
  `### ${verdictWord(answer.verdict)}: ${code(pairText(pair))}`;

/** For a pull request or an issue: as the text, with tables. */
export function explanationMarkdown(
  { verdict, why, service, leftOut, groups }: Explanation,
  { from, to }: { readonly from: string; readonly to: string },
  options: TextOptions,
): string {
  const told = groups.slice(0, options.limit);
  const more = groups.length - told.length;
  const [first] = groups;
  const isOne = groups.length === 1 && first !== undefined;
  const title = isOne
    ? titleOf(first.connection)
    : `### ${verdictWord(verdict)}: ${code(`${from} -> ${service ?? to}`)}`;
  return `${[
    title,
    ...(isOne || why === undefined ? [] : ["", cell(why)]),
    ...(leftOut === undefined ? [] : ["", cell(leftOut)]),
    ...told.flatMap((group) => [
      ...(isOne ? [] : ["", titleOf(group.connection)]),
      ...groupLines(group, options),
    ]),
    ...(more > 0 ? ["", `... and ${more} more, judged otherwise`] : []),
  ].join("\n")}\n`;
}
