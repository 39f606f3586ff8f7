import { ruleIdText } from "../../core/policy.ts";
import type { Verdict } from "../../core/evaluate.ts";
import type { AllowedTraffic } from "../connectivity-map.ts";
import type { Party } from "../party.ts";
import type { PortsExplanation, PortsSide, PortsView } from "./explain-all-ports.ts";
import type { AskedExplanation } from "./explanation-json.ts";
import { endJson } from "./end-json.ts";

const sideJson = ({ isolatedBy, certain, open, rules }: PortsSide): unknown => ({
  isolatedBy,
  allowed: certain,
  depends: open,
  rules: rules.map(({ id, place, opens, isCertain }) => ({
    rule: ruleIdText(id),
    ...place,
    opens,
    certain: isCertain,
  })),
});

const viewJson = ({ families, exempt, certain, open, egress, ingress }: PortsView): unknown => ({
  families,
  exempt,
  allowed: certain,
  depends: open,
  egress: sideJson(egress),
  ingress: sideJson(ingress),
});

const pairJson = ({ from, to }: { readonly from: Party; readonly to: Party }): object => ({
  from: endJson(from),
  to: endJson(to),
});

/** For programs: what passes in all, and for each pair, family and direction which rule opens what. */
export const allPortsJson = (
  pairs: readonly PortsExplanation[],
  asked: AskedExplanation & {
    readonly verdict: Verdict;
    readonly certain: AllowedTraffic;
    readonly open: AllowedTraffic;
  },
): object => ({
  apiVersion: "selvedge.dev/v1alpha1",
  kind: "Explanation",
  from: asked.from,
  to: asked.to,
  verdict: asked.verdict,
  allowed: asked.certain,
  depends: asked.open,
  pairs: pairs.map((pair) => ({
    ...pairJson(pair),
    views: pair.views.map(viewJson),
    likewise: pair.likewise.map(pairJson),
  })),
  incomplete: asked.incomplete,
});
