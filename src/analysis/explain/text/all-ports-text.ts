import { ruleIdText } from "../../../core/policy.ts";
import type { Verdict } from "../../../core/evaluate.ts";
import type { AllowedTraffic } from "../../connectivity-map.ts";
import { wrap } from "../../finding/wrap.ts";
import { counted, list } from "../../lint/words.ts";
import { trafficText } from "../../traffic-text.ts";
import type { PortsExplanation, PortsSide, PortsView } from "../explain-all-ports.ts";
import { likewiseText } from "./likewise-text.ts";
import { type TextOptions, WIDTH } from "./text-options.ts";
import { placeText, verdictPaint, verdictWord } from "./words.ts";

const indented = (text: string, indent: string): string[] =>
  wrap(text, WIDTH - indent.length).map((line) => indent + line);

function boundsText(certain: AllowedTraffic, open: AllowedTraffic): string {
  const [sure, perhaps] = [trafficText(certain), trafficText(open)];
  return perhaps === "nothing" ? sure : `${sure}; perhaps ${perhaps}`;
}

function sideLines(side: PortsSide, name: string, { limit, paint }: TextOptions): string[] {
  const passes = boundsText(side.certain, side.open);
  const by = side.isolatedBy.length === 0 ? "no policy isolates it" : `isolated by ${list(side.isolatedBy)}`;
  const told = side.rules.slice(0, limit).flatMap(({ id, place, opens, isCertain }) => {
    const where = placeText(place);
    const maybe = isCertain ? "" : ", perhaps";
    return indented(
      `${ruleIdText(id)}${maybe}: ${trafficText(opens)}${where === "" ? "" : `  (${where})`}`,
      "    ",
    );
  });
  const more = side.rules.length - limit;
  return [
    ...wrap(`${name}: ${passes}`, WIDTH, "    ").map(paint.strong),
    ...indented(by, "  ").map(paint.faint),
    ...told,
    ...(more > 0 ? [`    ... and ${counted(more, "rule")} (--verbose shows all)`] : []),
  ];
}

function viewLines(
  view: PortsView,
  { from, to }: PortsExplanation,
  isOne: boolean,
  options: TextOptions,
): string[] {
  const over = isOne ? "" : `over ${list(view.families)}: `;
  const both = wrap(`  ${over}${boundsText(view.certain, view.open)}`, WIDTH, "  ");
  if (view.exempt === "yes")
    return [...both, "  policies stand aside: a pod always reaches itself, and its own node"];
  return [
    ...(isOne ? [] : both),
    ...sideLines(view.egress, `egress from ${from.name}`, options),
    ...sideLines(view.ingress, `ingress to ${to.name}`, options),
  ];
}

/** For people: what passes in all, then for each direction which rule opens what. */
export function allPortsText(
  pairs: readonly PortsExplanation[],
  asked: {
    readonly from: string;
    readonly to: string;
    readonly verdict: Verdict;
    readonly certain: AllowedTraffic;
    readonly open: AllowedTraffic;
  },
  options: TextOptions,
): string {
  const { paint, limit } = options;
  const { from, to, verdict, certain, open } = asked;
  const word = verdictWord(verdict);
  const [sure, left] = [trafficText(certain), trafficText(open)];
  // Where nothing passes for sure, the word before says of what follows that it depends.
  const passes = verdict === "depends" && sure === "nothing" ? left : sure;
  const [first = "", ...rest] = wrap(`${from} -> ${to}: ${passes}`, WIDTH - word.length - 3);
  const head = [
    `${verdictPaint(verdict, paint)(word)}   ${paint.strong(first)}`,
    ...rest.map((line) => " ".repeat(word.length + 3) + paint.strong(line)),
    ...(left === "nothing" || passes === left ? [] : indented(`depends: ${left}`, "  ")),
  ];
  const told = pairs
    .slice(0, limit)
    .flatMap((pair) => [
      "",
      ...(pairs.length === 1 ? [] : wrap(`${pair.from.name} -> ${pair.to.name}`, WIDTH).map(paint.strong)),
      ...likewiseText(pair, pair.likewise).flatMap((text) => indented(text, "  ")),
      ...(pair.views.length === 0 ? ["  they share no address family"] : []),
      ...pair.views.flatMap((view) => viewLines(view, pair, pair.views.length === 1, options)),
    ]);
  const more = pairs.length - limit;
  const tail =
    more > 0 ? ["", `... and ${counted(more, "pair")} judged otherwise (--verbose shows all)`] : [];
  return `${[...head, ...told, ...tail].join("\n")}\n`;
}
