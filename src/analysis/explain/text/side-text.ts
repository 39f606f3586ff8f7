import { ruleIdText } from "../../../core/policy.ts";
import { flowText } from "../../can.ts";
import type { Finding } from "../../finding/finding.ts";
import { findingBody } from "../../finding/findings-text.ts";
import { wrap } from "../../finding/wrap.ts";
import { list } from "../../lint/words.ts";
import type { Party } from "../../party.ts";
import type { ConnectionExplanation, Miss, RuleExplanation, SideExplanation } from "../explanation.ts";
import { ruleTable } from "./rule-table.ts";
import { type TextOptions, WIDTH } from "./text-options.ts";
import { placeText, verdictPaint } from "./words.ts";

const STATE = { allowed: "allowed", denied: "DENIED", depends: "depends" } as const;

/** Blocks of addresses, and the longest of names, would push all the rest aside. */
const short = ({ name }: Party, role: string): string =>
  name.length > 48 || name.includes(",") ? role : name;

/** `egress from shop/web` */
export const sideName = (
  { direction }: SideExplanation,
  { from, to }: ConnectionExplanation["pair"],
): string =>
  direction === "egress"
    ? `egress from ${short(from, "the source")}`
    : `ingress to ${short(to, "the destination")}`;

function openReason({ end, hostPod }: Party): string {
  if (hostPod !== undefined) return "it uses its node's network, and policies isolate no node";
  if (end.kind === "node") return "policies isolate no node";
  return end.kind === "address" ? "policies isolate pods only" : "no policy isolates it";
}

const rulesOf = ({ policies }: SideExplanation): RuleExplanation[] => policies.flatMap(({ rules }) => rules);

function ruleNames(rules: readonly RuleExplanation[]): string {
  const [first, ...more] = rules;
  if (first === undefined) return "";
  const where = placeText(first.place);
  const others = more.length === 0 ? "" : `, and by ${list(more.map(({ id }) => ruleIdText(id)))}`;
  return `${ruleIdText(first.id)}${where === "" ? "" : `  (${where})`}${others}`;
}

function reason(side: SideExplanation, subject: Party, flow: string): string {
  const { verdict, policies } = side;
  if (policies.length === 0) return openReason(subject);
  const by = rulesOf(side).filter((rule) => rule.verdict === verdict);
  if (verdict === "allowed") return `by ${ruleNames(by)}`;
  if (verdict === "depends") return `perhaps by ${ruleNames(by)}`;
  const who = policies.length === 1 ? (policies[0]?.policy ?? "") : `${policies.length} policies`;
  const has = rulesOf(side).length > 0;
  const nothing = policies.length === 1 ? "which allows nothing" : "which allow nothing";
  return `isolated by ${who}, ${has ? `no rule allows ${flow}` : nothing}`;
}

/** Why one direction is as it is, in one sentence without a full stop. */
export const sideReason = (side: SideExplanation, { pair }: ConnectionExplanation): string =>
  reason(side, side.direction === "egress" ? pair.from : pair.to, flowText(pair.flow));

function headline(
  rule: RuleExplanation,
  side: SideExplanation,
  connection: ConnectionExplanation,
): [string, string] {
  const { from, to, flow } = connection.pair;
  const [way, other] = side.direction === "egress" ? ["to", to.name] : ["from", from.name];
  const id = ruleIdText(rule.id);
  if (rule.port?.code === "NP204" && rule.peer === undefined && "port" in flow)
    return ["error[NP204]", `the rule allows the Service's port; the pods listen on targetPort ${flow.port}`];
  const tag = "nearest";
  if (rule.peer === undefined) return [tag, `${id} allows ${other}, but not ${flowText(flow)}`];
  if (rule.port === undefined) return [tag, `${id} allows ${flowText(flow)}, but not ${way} ${other}`];
  return [tag, `${id} allows neither ${other} nor ${flowText(flow)}`];
}

function missBody(miss: Miss, object: string, { texts, paint }: TextOptions): string[] {
  const { place, message, help, code = "" } = miss;
  const says = { code, severity: "error", message, label: message } as const;
  // What is live has no line to point into: then the words stand in its place.
  const finding: Finding =
    place.file === undefined
      ? {
          ...says,
          object,
          field: place.field,
          help: [message, help].filter((part) => part !== undefined).join("; "),
        }
      : { ...says, ...place, object: place.field ?? object, field: undefined, help };
  return findingBody(finding, texts, paint);
}

function nearestText(
  rule: RuleExplanation,
  side: SideExplanation,
  connection: ConnectionExplanation,
  options: TextOptions,
): string[] {
  const { paint } = options;
  const [tag, says] = headline(rule, side, connection);
  const [first = "", ...more] = wrap(`${tag}: ${says}`, WIDTH, "  ");
  const object = side.policies.find(({ policy }) => policy === rule.id.policy)?.object ?? "";
  // Where it lacks both, the peer comes first, and the headline has said the port.
  const miss = rule.peer ?? rule.port;
  return [
    paint.error(first.slice(0, tag.length)) + paint.strong(first.slice(tag.length)),
    ...more.map(paint.strong),
    ...(miss === undefined ? [] : missBody(miss, object, options)),
  ];
}

/** One direction: its verdict in a line; where it is denied the nearest rule, with carets; the others, a line each. */
export function sideText(
  side: SideExplanation,
  connection: ConnectionExplanation,
  width: number,
  options: TextOptions,
): string[] {
  const { pair } = connection;
  const { paint } = options;
  const name = sideName(side, pair);
  const state = STATE[side.verdict].padEnd(STATE.allowed.length);
  const says = sideReason(side, connection);
  const column = width + 2 + state.length + 2;
  const colour = verdictPaint(side.verdict, paint);
  const isNarrow = column + Math.min(says.length, 40) <= WIDTH;
  const [first = "", ...more] = wrap(says, WIDTH - (isNarrow ? column : 2));
  const head = isNarrow
    ? [
        `${paint.strong(name.padEnd(width))}  ${colour(state)}  ${first}`,
        ...more.map((text) => `${" ".repeat(column)}${text}`),
      ]
    : [
        ...wrap(name, WIDTH).map(paint.strong),
        `  ${colour(state.trimEnd())}`,
        ...[first, ...more].map((text) => `  ${text}`),
      ];
  return [...head, ...detail(side, connection, options)];
}

/** Of a side that lets it pass: who else isolates, on one line. */
function besides(side: SideExplanation, { paint }: TextOptions): string[] {
  const others = side.policies.filter(({ rules }) => rules.every(({ verdict }) => verdict === "denied"));
  if (others.length === 0) return [];
  const names = list(others.map(({ policy }) => policy));
  return wrap(
    `isolated by ${names} as well, which ${others.length === 1 ? "does" : "do"} not allow it`,
    WIDTH - 2,
  ).map((text) => paint.faint(`  ${text}`));
}

function detail(side: SideExplanation, connection: ConnectionExplanation, options: TextOptions): string[] {
  const isWhole = !Number.isFinite(options.limit);
  const allowing = rulesOf(side).filter(({ verdict }) => verdict === "allowed");
  if (side.verdict === "allowed")
    return isWhole ? ruleTable(side, new Set(allowing), options) : besides(side, options);
  const { nearest } = side;
  if (nearest === undefined) return ruleTable(side, new Set(), options);
  return [
    ...nearestText(nearest, side, connection, options),
    ...ruleTable(side, new Set([nearest]), options),
  ];
}
