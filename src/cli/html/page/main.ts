import type { PageData } from "../../../analysis/map/page-data.ts";
import { button, h } from "./dom.ts";
import { graphView } from "./graph.ts";
import { matrixView } from "./matrix.ts";
import { type Filter, Model, type Show } from "./model.ts";
import { endView, reasonView } from "./reason.ts";

const data = JSON.parse(document.getElementById("data")?.textContent ?? "{}") as PageData;
const model = new Model(data);
model.setFilter({ ...model.filter, ...data.initial });

type View = "matrix" | "graph";
let view: View = "matrix";

const input = (id: string, placeholder: string, value: string): HTMLInputElement => {
  const made = h("input", {
    id,
    type: "search",
    placeholder,
    autocomplete: "off",
    spellcheck: "false",
    value,
  });
  made.addEventListener("input", refilter);
  return made;
};
const [from, to, port] = [
  input("from", "any source", model.filter.from),
  input("to", "any destination", model.filter.to),
  input("port", "443, 53/udp", model.filter.port),
];
const SHOWS: readonly (readonly [Show, string])[] = [
  ["all", "all pairs"],
  ["allowed", "what is allowed"],
  ["denied", "what is denied"],
  ["depends", "what depends"],
];
const show = h(
  "select",
  { id: "show" },
  ...SHOWS.map(([value, text]) => h("option", { value, selected: value === model.filter.show }, text)),
);
show.addEventListener("change", refilter);

const labelled = (text: string, control: HTMLElement): HTMLElement =>
  h("div", { class: "field" }, h("label", { for: control.id }, text), control);

const panel = h("div", { id: "panel", role: "tabpanel", "aria-labelledby": "tab-matrix" });
const details = h("aside", { "aria-label": "Reason", "aria-live": "polite", tabindex: 0 });
const count = h("p", { class: "count", role: "status" });

const hint = (): HTMLElement[] => [
  h("h2", {}, "Why?"),
  h("p", {}, "Choose a cell for the policies and rules that decide, or a name for all that it reaches."),
  h("p", { class: "note" }, "Keys: arrows move, Enter opens, Escape comes back."),
];
details.append(...hint());

const tabs = (["matrix", "graph"] as const).map((name) =>
  button(name === "matrix" ? "Matrix" : "Graph", () => turnTo(name), {
    role: "tab",
    id: `tab-${name}`,
    "aria-controls": "panel",
  }),
);
const tabList = h("div", { class: "tabs", role: "tablist", "aria-label": "View" }, ...tabs);
tabList.addEventListener("keydown", ({ key }) => {
  if (key !== "ArrowLeft" && key !== "ArrowRight") return;
  turnTo(view === "matrix" ? "graph" : "matrix");
  document.getElementById(`tab-${view}`)?.focus();
});

const groups = [...model.groups.keys()];
const foldAll = button("Fold all", () => refold(groups));
const unfoldAll = button("Unfold all", () => refold([]));

function refold(folded: readonly string[]): void {
  model.folded.clear();
  for (const group of folded) model.folded.add(group);
  draw();
}

const actions = {
  pick: (i: number, j: number): void => {
    tell(reasonView(model, { from: i, to: j, open: actions.open }));
  },
  open: (end: number): void => tell(endView(model, end, actions.pick)),
  unfold: (unfolded: readonly string[]): void => {
    for (const group of unfolded) model.folded.delete(group);
    draw();
    refocus();
  },
  fold: (group: string): void => {
    model.folded.add(group);
    draw();
    refocus();
  },
};

/** What a view is drawn anew for is gone with its focus: the view's own first stop takes it. */
function refocus(): void {
  panel.querySelector<HTMLElement>('[tabindex="0"]')?.focus();
}

let cameFrom: HTMLElement | SVGElement | undefined;

function tell(content: readonly HTMLElement[]): void {
  const { activeElement: active } = document;
  if ((active instanceof HTMLElement || active instanceof SVGElement) && panel.contains(active))
    cameFrom = active;
  const isInside = details.contains(active);
  details.replaceChildren(...content);
  details.scrollTop = 0;
  for (const cell of panel.querySelectorAll(".marked")) cell.classList.remove("marked");
  if (cameFrom?.isConnected === true) cameFrom.classList.add("marked");
  if (isInside) details.querySelector("button")?.focus();
}

details.addEventListener("keydown", ({ key }) => {
  if (key === "Escape") cameFrom?.focus();
});

function turnTo(next: View): void {
  view = next;
  draw();
}

function refilter(): void {
  const filter: Filter = { from: from.value, to: to.value, port: port.value, show: show.value as Show };
  model.setFilter(filter);
  draw();
}

function draw(): void {
  for (const tab of tabs) {
    const isOn = tab.id === `tab-${view}`;
    tab.setAttribute("aria-selected", String(isOn));
    tab.tabIndex = isOn ? 0 : -1;
  }
  port.setAttribute("aria-invalid", String(model.isBadPort));
  panel.setAttribute("aria-labelledby", `tab-${view}`);
  panel.replaceChildren(view === "matrix" ? matrixView(model, actions) : graphView(model, actions));
  const [sources, destinations] = [model.units("from"), model.units("to")];
  let [shown, all] = [0, 0];
  for (const a of sources) {
    for (const b of destinations) {
      const crossing = model.crossing(a, b);
      shown += crossing.shown;
      all += crossing.all;
    }
  }
  count.textContent = `${shown.toLocaleString("en")} of ${all.toLocaleString("en")} pairs shown`;
}

document.body.append(
  h(
    "header",
    {},
    h("div", { class: "title" }, h("h1", {}, "Connectivity map"), h("p", {}, data.about.join(" · "))),
    h(
      "form",
      { role: "search", "aria-label": "Filter" },
      labelled("From", from),
      labelled("To", to),
      labelled("Port", port),
      labelled("Show", show),
    ),
    h("div", { class: "bar" }, tabList, count, h("div", { class: "folds" }, unfoldAll, foldAll)),
  ),
  h("div", { class: "columns" }, h("main", {}, panel), details),
);
document.querySelector("form")?.addEventListener("submit", (event) => event.preventDefault());
draw();
