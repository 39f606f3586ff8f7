import { h, s } from "./dom.ts";
import type { MatrixActions } from "./matrix.ts";
import type { Model, Unit } from "./model.ts";
import { trafficText } from "./traffic.ts";

interface Point {
  readonly x: number;
  readonly y: number;
}

interface Spot extends Point {
  readonly unit: Unit;
  readonly angle: number;
}

/** Past so many, names stand along their radii. */
const FEW = 18;
const NODE = 5;

/** Units on a circle, a gap between groups. */
function placed(units: readonly Unit[], radius: number): Spot[] {
  const gaps = new Set(units.map(({ group }) => group)).size;
  const steps = units.length + gaps * 0.6;
  let at = 0;
  return units.map((unit, i) => {
    if (i > 0 && units[i - 1]?.group !== unit.group) at += 0.6;
    const angle = (2 * Math.PI * at) / steps - Math.PI / 2;
    at += 1;
    return { unit, angle, x: radius * Math.cos(angle), y: radius * Math.sin(angle) };
  });
}

/** Bent towards the middle, and to one side, so that the way back is another line. */
function curve(from: Point, to: Point): string {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const length = Math.hypot(dx, dy) || 1;
  const control = {
    x: ((from.x + to.x) / 2) * 0.35 + (dy / length) * 14,
    y: ((from.y + to.y) / 2) * 0.35 - (dx / length) * 14,
  };
  const back = Math.hypot(to.x - control.x, to.y - control.y) || 1;
  const end = {
    x: to.x + ((control.x - to.x) / back) * (NODE + 3),
    y: to.y + ((control.y - to.y) / back) * (NODE + 3),
  };
  const n = (value: number): string => value.toFixed(1);
  return `M${n(from.x)} ${n(from.y)}Q${n(control.x)} ${n(control.y)} ${n(end.x)} ${n(end.y)}`;
}

function labelOf({ unit, angle, x, y }: Spot, isFew: boolean): SVGTextElement {
  const isLeft = Math.cos(angle) < -0.01;
  const text = unit.isFolded ? `${unit.label} (${unit.members.length})` : unit.label;
  const away = NODE + 7;
  if (isFew) {
    const isMiddle = Math.abs(Math.cos(angle)) < 0.2;
    return s(
      "text",
      {
        x: x + Math.cos(angle) * away,
        y: y + Math.sin(angle) * (away + 5),
        "text-anchor": isMiddle ? "middle" : isLeft ? "end" : "start",
        "dominant-baseline": "middle",
      },
      text,
    );
  }
  const turn = (angle * 180) / Math.PI + (isLeft ? 180 : 0);
  return s(
    "text",
    {
      transform: `translate(${x} ${y}) rotate(${turn})`,
      x: isLeft ? -away : away,
      "text-anchor": isLeft ? "end" : "start",
      "dominant-baseline": "middle",
    },
    text,
  );
}

function edgeTitle(model: Model, from: Unit, to: Unit): string {
  const { cell, shown, all } = model.crossing(from, to);
  const text =
    cell === undefined ? `${shown} of ${all} pairs` : trafficText(model.traffic(cell.some ?? cell.all));
  return `${from.key.replace("/", from.isFolded ? "" : "/")} → ${to.key.replace("/", to.isFolded ? "" : "/")}: ${text}`;
}

/** Whether an arrow is drawn: for pairs that the filter shows, and, unless it asks for others, that may talk. */
function isDrawn(model: Model, from: Unit, to: Unit): boolean {
  if (from.key === to.key) return false;
  if (model.filter.show !== "all") return model.crossing(from, to).shown > 0;
  return from.members.some((i) =>
    to.members.some((j) => {
      const cell = model.cell(i, j);
      return cell !== undefined && model.isShown(cell) && model.verdict(cell) !== "nothing";
    }),
  );
}

/** The graph: everybody on a circle, an arrow for each pair that may talk. Who is looked at stands out with his arrows. */
export function graphView(model: Model, actions: MatrixActions): HTMLElement {
  const units = new Map([...model.units("from"), ...model.units("to")].map((unit) => [unit.key, unit]));
  const order = [...model.groups.keys()];
  const sorted = [...units.values()].sort((a, b) => order.indexOf(a.group) - order.indexOf(b.group));
  if (sorted.length === 0) return h("p", { class: "empty" }, "Nobody is left: widen the filter.");
  const isFew = sorted.length <= FEW;
  const radius = Math.max(isFew ? 190 : 250, sorted.length * 2.6);
  const spots = placed(sorted, radius);
  const byKey = new Map(spots.map((spot) => [spot.unit.key, spot]));

  const edges = model.units("from").flatMap((from) =>
    model.units("to").flatMap((to) => {
      const [a, b] = [byKey.get(from.key), byKey.get(to.key)];
      if (a === undefined || b === undefined || !isDrawn(model, from, to)) return [];
      const d = curve(a, b);
      const isPart =
        model.crossing(from, to).cell !== undefined &&
        model.verdict(model.crossing(from, to).cell ?? { all: -1, reasons: [] }) !== "everything";
      const edge = s(
        "g",
        { class: `edge${isPart ? " part" : ""}` },
        s("title", {}, edgeTitle(model, from, to)),
        s("path", { class: "hit", d }),
        s("path", { class: "line", d, "marker-end": "url(#tip)" }),
      );
      edge.addEventListener("click", () => {
        const [i] = from.members;
        const [j] = to.members;
        const folded = [from, to].filter((unit) => unit.isFolded).map(({ group }) => group);
        if (folded.length > 0) actions.unfold(folded);
        else if (i !== undefined && j !== undefined) actions.pick(i, j);
      });
      return [{ edge, from: from.key, to: to.key }];
    }),
  );

  const look = (key: string | undefined): void => {
    svg.classList.toggle("looking", key !== undefined);
    for (const { edge, from, to } of edges) {
      edge.classList.toggle("out", from === key);
      edge.classList.toggle("in", to === key);
    }
    const near = new Set(edges.flatMap(({ from, to }) => (from === key ? [to] : to === key ? [from] : [])));
    for (const [i, node] of nodes.entries()) {
      const own = spots[i]?.unit.key ?? "";
      node.classList.toggle("near", own === key || near.has(own));
    }
  };
  const nodes = spots.map((spot) => {
    const { unit } = spot;
    const name = unit.isFolded ? `${unit.group}, ${unit.members.length} folded up` : unit.key;
    const reaches = edges.filter(({ from }) => from === unit.key).length;
    const reached = edges.filter(({ to }) => to === unit.key).length;
    const node = s(
      "g",
      {
        class: `node${unit.isFolded ? " folded" : ""}`,
        role: "button",
        tabindex: -1,
        "aria-label": `${name}: reaches ${reaches}, reached by ${reached}`,
      },
      s("circle", { cx: spot.x, cy: spot.y, r: unit.isFolded ? NODE + 2 : NODE }),
      labelOf(spot, isFew),
    );
    const open = (): void => {
      const [first] = unit.members;
      if (unit.isFolded) actions.unfold([unit.group]);
      else if (first !== undefined) actions.open(first);
    };
    node.addEventListener("click", open);
    node.addEventListener("pointerenter", () => look(unit.key));
    node.addEventListener("pointerleave", () => look(undefined));
    node.addEventListener("focus", () => look(unit.key));
    node.addEventListener("blur", () => look(undefined));
    node.addEventListener("keydown", (event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      open();
    });
    return node;
  });

  const names = isFew ? groupNames(spots, radius) : groupNames(spots, radius * 0.86);
  const longest = Math.max(...sorted.map(({ label }) => label.length));
  const reach = radius + (isFew ? 70 : 30) + longest * 6.6;
  const height = isFew ? radius + 60 : reach;
  const tip = s(
    "marker",
    {
      id: "tip",
      viewBox: "0 0 8 8",
      refX: 6,
      refY: 4,
      markerWidth: 7,
      markerHeight: 7,
      orient: "auto",
      markerUnits: "userSpaceOnUse",
    },
    s("path", { d: "M0 0L8 4L0 8Z" }),
  );
  const svg = s(
    "svg",
    {
      viewBox: `${-reach} ${-height} ${2 * reach} ${2 * height}`,
      role: "group",
      "aria-label": "Who reaches whom, as a graph: arrow keys go round, Enter opens",
    },
    s("defs", {}, tip),
    s("g", { class: "names", "aria-hidden": "true" }, ...(isFew ? [] : names)),
    s("g", {}, ...edges.map(({ edge }) => edge)),
    s("g", {}, ...nodes),
  );
  roving(svg, nodes);
  return h("div", { class: "graph" }, svg, legend());
}

function groupNames(spots: readonly Spot[], radius: number): SVGTextElement[] {
  return [...Map.groupBy(spots, ({ unit }) => unit.group)].flatMap(([group, members]) => {
    if (members.every(({ unit }) => unit.isFolded)) return [];
    const middle = members[Math.floor(members.length / 2)];
    if (middle === undefined) return [];
    const at = { x: radius * Math.cos(middle.angle), y: radius * Math.sin(middle.angle) };
    return [s("text", { ...at, "text-anchor": "middle" }, group)];
  });
}

const legend = (): HTMLElement =>
  h(
    "p",
    { class: "legend" },
    h("span", { class: "out" }, "reaches"),
    h("span", { class: "in" }, "is reached by"),
    h("span", { class: "whole" }, "everything"),
    h("span", { class: "part" }, "some ports"),
  );

/** One node is in the order of tabs; arrow keys lead round the circle. */
function roving(svg: SVGElement, nodes: readonly SVGElement[]): void {
  nodes[0]?.setAttribute("tabindex", "0");
  svg.addEventListener("keydown", (event) => {
    const at = nodes.findIndex((node) => node === event.target);
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const next = event.key === "Home" ? 0 : event.key === "End" ? nodes.length - 1 : undefined;
    if (at < 0 || (step === undefined && next === undefined)) return;
    event.preventDefault();
    nodes[at]?.setAttribute("tabindex", "-1");
    const node = nodes[next ?? (at + (step ?? 0) + nodes.length) % nodes.length];
    node?.setAttribute("tabindex", "0");
    node?.focus();
  });
}
