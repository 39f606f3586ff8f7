import type { PageCell, PageSide } from "../../../analysis/map/page-data.ts";
import { button, h } from "./dom.ts";
import type { Model } from "./model.ts";
import { isNothing, trafficText } from "./traffic.ts";

type Direction = "egress" | "ingress";

/** One end's leave: who isolates it, and which rules let what pass. */
function sideView(model: Model, direction: Direction, end: string, side: PageSide): HTMLElement {
  const title = direction === "egress" ? `Egress from ${end}` : `Ingress to ${end}`;
  const { policies } = model.data;
  if (side.policies.length === 0)
    return h(
      "section",
      { class: "side open" },
      h("h3", {}, title),
      h("p", {}, "Open: no policy isolates it in this direction."),
    );
  const letting = new Set(side.rules.map(({ policy }) => policy));
  const rules = side.rules.map(({ policy, index, certain, possible }) => {
    const written = policies[policy];
    const passing = trafficText(model.traffic(certain));
    const maybe = possible === undefined ? "" : `depends: ${trafficText(model.traffic(possible))}`;
    return h(
      "li",
      {},
      h(
        "span",
        { class: "what" },
        [isNothing(model.traffic(certain)) && maybe !== "" ? "" : passing, maybe]
          .filter((t) => t !== "")
          .join("; "),
      ),
      h("code", {}, `${written?.name ?? ""} spec.${direction}[${index}]`),
      h("span", { class: "place" }, written?.rules[direction][index] ?? ""),
    );
  });
  const silent = new Set(side.policies.filter((policy) => !letting.has(policy)));
  const isolating = side.policies.map((at) =>
    h(
      "li",
      {},
      h("code", {}, policies[at]?.name ?? ""),
      h("span", { class: "place" }, policies[at]?.place ?? ""),
      silent.has(at) ? h("span", { class: "note" }, silentText(model, at, direction)) : undefined,
    ),
  );
  return h(
    "section",
    { class: `side ${rules.length > 0 ? "partly" : "shut"}` },
    h("h3", {}, title),
    rules.length > 0
      ? h("p", {}, "Allowed by")
      : h("p", {}, "Denied: no rule of the policies that isolate it lets anything pass here."),
    rules.length > 0 ? h("ul", { class: "rules" }, ...rules) : undefined,
    h(
      "p",
      {},
      `Isolated by ${side.policies.length === 1 ? "one policy" : `${side.policies.length} policies`}`,
    ),
    h("ul", { class: "policies" }, ...isolating),
  );
}

function silentText(model: Model, at: number, direction: Direction): string {
  const count = model.data.policies[at]?.rules[direction].length ?? 0;
  if (count === 0) return "has no rules: it allows nothing";
  return count === 1 ? "its one rule does not match here" : `none of its ${count} rules matches here`;
}

const EXEMPT: Readonly<Record<NonNullable<PageCell["exempt"]>, string>> = {
  self: "A pod always reaches itself: policies stand aside.",
  node: "A pod's own node always reaches it, and it its node: policies stand aside there.",
  "maybe node": "Whether the pod is on this node is not known, and a pod's own node always reaches it.",
};

const VERDICTS = {
  everything: "Everything passes",
  some: "Some traffic passes",
  depends: "It depends",
  nothing: "Nothing passes",
} as const;

/** Why a pair may talk, or may not. */
export function reasonView(
  model: Model,
  { from, to, open }: { readonly from: number; readonly to: number; readonly open: (end: number) => void },
): HTMLElement[] {
  const cell = model.cell(from, to);
  const [source, destination] = [model.end(from).name, model.end(to).name];
  if (cell === undefined) return [];
  const verdict = model.verdict(cell);
  const rows = [
    ["allowed", trafficText(model.traffic(cell.all))],
    ...(cell.some === undefined ? [] : [["for some pods", trafficText(model.traffic(cell.some))]]),
    ...(cell.depends === undefined ? [] : [["depends", trafficText(model.traffic(cell.depends))]]),
    ...(cell.byFamily === undefined
      ? []
      : (["IPv4", "IPv6"] as const).map((family) => [
          family,
          trafficText(model.traffic(cell.byFamily?.[family])),
        ])),
  ];
  return [
    h(
      "h2",
      {},
      button(source, () => open(from), { class: "end" }),
      h("span", { class: "arrow", "aria-label": "to" }, "→"),
      button(destination, () => open(to), { class: "end" }),
    ),
    h("p", { class: `verdict ${verdict}` }, VERDICTS[verdict]),
    h("dl", {}, ...rows.flatMap(([term = "", text = ""]) => [h("dt", {}, term), h("dd", {}, text)])),
    ...(cell.exempt === undefined ? [] : [h("p", { class: "note" }, EXEMPT[cell.exempt])]),
    ...cell.reasons.flatMap(({ family, egress, ingress }) => {
      const [out, into] = [model.data.sides[egress], model.data.sides[ingress]];
      return [
        ...(family === undefined ? [] : [h("h3", { class: "family" }, `Over ${family}`)]),
        ...(out === undefined ? [] : [sideView(model, "egress", source, out)]),
        ...(into === undefined ? [] : [sideView(model, "ingress", destination, into)]),
      ];
    }),
  ];
}

/** Whom one end reaches, and who reaches it: every pair that the filter shows, to go on from. */
export function endView(model: Model, end: number, pick: (from: number, to: number) => void): HTMLElement[] {
  const { name, kind, pods } = model.end(end);
  const list = (title: string, pairOf: (other: number) => readonly [number, number]): HTMLElement => {
    const items = [...model.data.ends.keys()].flatMap((other) => {
      const [from, to] = pairOf(other);
      const cell = model.cell(from, to);
      if (cell === undefined || !model.isShown(cell) || model.verdict(cell) === "nothing") return [];
      const text = button(model.end(other).name, () => pick(from, to), { class: "pair" });
      return [
        h("li", {}, text, h("span", { class: "what" }, trafficText(model.traffic(cell.some ?? cell.all)))),
      ];
    });
    return h(
      "section",
      { class: "side" },
      h("h3", {}, `${title} (${items.length})`),
      items.length > 0 ? h("ul", { class: "pairs" }, ...items) : h("p", {}, "Nobody."),
    );
  };
  return [
    h("h2", {}, name),
    ...(pods === undefined ? [] : [h("p", { class: "note" }, `${pods} pods`)]),
    ...(kind === "cidr"
      ? [h("p", { class: "note" }, "Those of its addresses that no pod and no node has.")]
      : []),
    list("Reaches", (other) => [end, other]),
    list("Reached by", (other) => [other, end]),
  ];
}
