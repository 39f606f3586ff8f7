import { opposite, ruleIdText } from "../../../core/policy.ts";
import { formatTraffic } from "../../connectivity-map.ts";
import { wrap } from "../../finding/wrap.ts";
import { counted } from "../../lint/words.ts";
import { trafficText } from "../../traffic-text.ts";
import type { PolicyExplanation, RuleExplanation, SideExplanation } from "../explanation.ts";
import { type TextOptions, WIDTH } from "./text-options.ts";
import { placeText } from "./words.ts";

/** What one rule says of the connection, in one sentence without a full stop. */
export function ruleSentence({ verdict, scope, peer, port, opens }: RuleExplanation): string {
  if (verdict === "allowed") return "allows it";
  if (verdict === "depends") return peer === undefined ? "may allow it" : `may allow it: ${peer.message}`;
  if (peer === undefined) {
    const only = trafficText(formatTraffic(opens));
    return only === "nothing" ? (port?.message ?? only) : `has the peer, on ${only} only`;
  }
  return port === undefined
    ? `has the port, for ${scope.peers} only`
    : `is for ${scope.peers} on ${scope.ports}`;
}

interface Row {
  readonly name: string;
  readonly says: string;
  readonly place: string;
  readonly rank: number;
}

function rank({ verdict, peer, port }: RuleExplanation): number {
  if (verdict !== "denied") return verdict === "allowed" ? 0 : 1;
  if (peer === undefined) return 2;
  return port === undefined ? 3 : 4;
}

function rowsOf({ policy, place, isInvalid, rules }: PolicyExplanation): Row[] {
  if (rules.length === 0) {
    const says = isInvalid ? "cannot be read: allows nothing" : "allows nothing";
    return [{ name: policy, says, place: placeText(place), rank: 5 }];
  }
  return rules.map((rule) => ({
    name: ruleIdText(rule.id),
    says: ruleSentence(rule),
    place: placeText(rule.place),
    rank: rank(rule),
  }));
}

/** A wide name would leave no room for what is said of it. */
const NAME_MAXIMUM = 44;

function rowLines({ name, says, place }: Row, width: number): string[] {
  const column = 2 + width + 2;
  const where = place === "" ? "" : `  (${place})`;
  const body = wrap(says, WIDTH - column);
  const last = body.at(-1) ?? "";
  const whole =
    column + last.length + where.length <= WIDTH
      ? [...body.slice(0, -1), `${last}${where}`]
      : [...body, ...(where === "" ? [] : wrap(where.trim(), WIDTH - column))];
  const pad = " ".repeat(column);
  if (name.length > width)
    return [...wrap(name, WIDTH - 2).map((text) => `  ${text}`), ...whole.map((text) => pad + text)];
  return whole.map((text, i) => (i === 0 ? `  ${name.padEnd(width)}  ${text}` : pad + text));
}

/** Every rule of a side but those that are shown already, the nearest ones first: a line each, and the rest counted. */
export function ruleTable(
  { policies, direction, others }: SideExplanation,
  shown: ReadonlySet<RuleExplanation>,
  { limit, paint }: TextOptions,
): string[] {
  const hidden = policies.map((policy) => ({
    ...policy,
    rules: policy.rules.filter((rule) => !shown.has(rule)),
    isShown: policy.rules.some((rule) => shown.has(rule)),
  }));
  const rows = hidden
    .filter(({ rules, isShown }) => rules.length > 0 || !isShown)
    .flatMap(rowsOf)
    .toSorted((a, b) => a.rank - b.rank);
  const told = rows.slice(0, limit);
  const width = Math.min(NAME_MAXIMUM, Math.max(0, ...told.map(({ name }) => name.length)));
  const more = rows.length - told.length;
  const other = opposite(direction);
  return [
    ...told.flatMap((row) => rowLines(row, width)),
    ...(more > 0
      ? [
          `  ... and ${counted(more, "rule")} that ${more === 1 ? "lacks" : "lack"} as much or more (--verbose shows all)`,
        ]
      : []),
    ...(Number.isFinite(limit) ? [] : others.map((key) => `  ${key} isolates its ${other} only`)),
  ].map(paint.faint);
}
