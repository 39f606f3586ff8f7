import { type Family, families } from "../../core/address.ts";
import { type Answer, speaks } from "../../core/end.ts";
import { type Bounds, type Side, judge } from "../../core/evaluate.ts";
import { type RuleId, ruleIdText } from "../../core/policy.ts";
import { isNoTraffic, noTraffic, subtractTraffic } from "../../core/traffic.ts";
import { type AllowedTraffic, formatTraffic } from "../connectivity-map.ts";
import type { FieldPlace } from "../lint/lint-input.ts";
import { type Party, destinationOf } from "../party.ts";
import type { ExplainInput } from "./explain-input.ts";

/** What one rule opens between two ends. */
export interface PortsRule {
  readonly id: RuleId;
  readonly place: FieldPlace;
  readonly opens: AllowedTraffic;
  /** Whether that hangs on addresses that nobody knows yet. */
  readonly isCertain: boolean;
}

/** Everything that one end's policies let pass. */
export interface PortsSide {
  readonly direction: Side["direction"];
  readonly isolatedBy: readonly string[];
  readonly certain: AllowedTraffic;
  /** What passes only as addresses that nobody knows yet turn out. */
  readonly open: AllowedTraffic;
  /** Those that open something. */
  readonly rules: readonly PortsRule[];
}

/** Everything that may pass between two ends over these families. */
export interface PortsView {
  readonly families: readonly Family[];
  readonly exempt: Answer;
  readonly certain: AllowedTraffic;
  /** What passes only as addresses that nobody knows yet turn out. */
  readonly open: AllowedTraffic;
  readonly egress: PortsSide;
  readonly ingress: PortsSide;
}

/** Two ends, what passes over each family, and the others of which exactly the same is true. */
export interface PortsExplanation {
  readonly from: Party;
  readonly to: Party;
  /** One where the families are alike; none where the ends share none. */
  readonly views: readonly PortsView[];
  readonly likewise: readonly { readonly from: Party; readonly to: Party }[];
}

const texts = ({ certain, possible }: Bounds): { certain: AllowedTraffic; open: AllowedTraffic } => ({
  certain: formatTraffic(certain),
  open: formatTraffic(subtractTraffic(possible, certain)),
});

function portsSide(side: Side, { policies }: ExplainInput): PortsSide {
  const rules = side.rules.map((bounds): PortsRule => {
    const { policy, direction, index } = bounds.rule;
    const place = policies.get(policy)?.locate(["spec", direction, index]) ?? {};
    return {
      id: bounds.rule,
      place,
      opens: formatTraffic(bounds.possible),
      isCertain: !isNoTraffic(bounds.certain),
    };
  });
  return {
    direction: side.direction,
    isolatedBy: side.isolatedBy,
    ...texts(side),
    rules: rules.filter((_, i) => !isNoTraffic(side.rules[i]?.possible ?? noTraffic)),
  };
}

function viewOf(input: ExplainInput, from: Party, to: Party, family: Family): PortsView {
  const judgement = judge(input.program, from.end, destinationOf(from, to), family);
  return {
    families: [family],
    exempt: judgement.exempt,
    ...texts(judgement),
    egress: portsSide(judgement.egress, input),
    ingress: portsSide(judgement.ingress, input),
  };
}

const withoutPlaces = ({ rules, ...side }: PortsSide): unknown => ({
  ...side,
  rules: rules.map(({ id, opens, isCertain }) => [ruleIdText(id), opens, isCertain]),
});

const textOf = ({ exempt, certain, open, egress, ingress }: PortsView): string =>
  JSON.stringify([exempt, certain, open, withoutPlaces(egress), withoutPlaces(ingress)]);

/** The views that are alike, as one. */
const merged = (views: readonly PortsView[]): PortsView[] =>
  [...Map.groupBy(views, textOf).values()].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [{ ...first, families: [first, ...rest].flatMap((each) => each.families) }],
  );

/** Explains everything that may pass between each of these pairs, every port of every protocol, direction by direction. */
export function explainAllPorts(
  input: ExplainInput,
  pairs: readonly (readonly [Party, Party])[],
): PortsExplanation[] {
  const all = pairs.map(([from, to]) => {
    const shared = families.filter((family) => speaks(from.end, family) && speaks(to.end, family));
    return { from, to, views: merged(shared.map((family) => viewOf(input, from, to, family))) };
  });
  return [
    ...Map.groupBy(all, ({ views }) =>
      views.map((view) => `${view.families.join()} ${textOf(view)}`).join("\n"),
    ).values(),
  ].flatMap(([first, ...rest]) =>
    first === undefined ? [] : [{ ...first, likewise: rest.map(({ from, to }) => ({ from, to })) }],
  );
}
