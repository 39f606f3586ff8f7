import { h } from "./dom.ts";
import type { Crossing, Model, Unit, Verdict } from "./model.ts";
import { trafficText } from "./traffic.ts";

export interface MatrixActions {
  readonly pick: (from: number, to: number) => void;
  readonly open: (end: number) => void;
  readonly unfold: (groups: readonly string[]) => void;
  readonly fold: (group: string) => void;
}

const GLYPHS: Readonly<Record<Verdict, string>> = { everything: "●", some: "◐", depends: "?", nothing: "·" };

const nameOf = (model: Model, { members: [first], isFolded, group }: Unit): string =>
  isFolded || first === undefined ? `all of ${group}` : model.end(first).name;

function cellText(model: Model, { shown, all, cell }: Crossing): string {
  if (cell !== undefined) {
    const text = trafficText(model.traffic(cell.some ?? cell.all));
    return cell.depends === undefined ? text : `${text}; some of it depends`;
  }
  return all === 0 ? "nobody is asked" : `${shown} of ${all} pairs`;
}

/** How full a crossing of groups is, in steps that colours have. */
const fill = ({ shown, all }: Crossing): string =>
  shown === 0 ? "f0" : shown === all ? "f4" : `f${1 + Math.floor((3 * shown) / (all + 1))}`;

function crossingCell(model: Model, from: Unit, to: Unit): HTMLTableCellElement {
  const crossing = model.crossing(from, to);
  const { cell, shown, all } = crossing;
  const label = `${nameOf(model, from)} to ${nameOf(model, to)}: ${cellText(model, crossing)}`;
  const common = { role: "gridcell", tabindex: -1, "aria-label": label, title: label };
  if (all === 0) return h("td", { ...common, class: "none" });
  if (cell === undefined)
    return h("td", { ...common, class: `many ${fill(crossing)}` }, shown === 0 ? "·" : String(shown));
  const verdict = model.verdict(cell);
  const isOff = !model.isShown(cell);
  return h("td", { ...common, class: `${verdict}${isOff ? " off" : ""}` }, isOff ? "" : GLYPHS[verdict]);
}

/** A name that has no room is told by the band's title alone. */
const bandText = (group: string, count: number): string =>
  group.length <= 3 * count - 2 ? `▾ ${group}` : "▾";

const legend = (): HTMLElement =>
  h(
    "p",
    { class: "legend" },
    ...(["everything", "some", "depends", "nothing"] as const).map((verdict) =>
      h(
        "span",
        {},
        h("span", { class: `key ${verdict}`, "aria-hidden": "true" }, GLYPHS[verdict]),
        KEYS[verdict],
      ),
    ),
  );

const KEYS: Readonly<Record<Verdict, string>> = {
  everything: "everything passes",
  some: "some of it",
  depends: "it depends",
  nothing: "nothing",
};

/** Stretches of units of one group. */
const runs = (units: readonly Unit[]): [string, number][] =>
  [...Map.groupBy(units, ({ group }) => group)].map(([group, members]) => [group, members.length]);

/** The matrix: sources down, destinations across. One cell of it is in the order of tabs; arrow keys lead to the others. */
export function matrixView(model: Model, actions: MatrixActions): HTMLElement {
  const [rows, columns] = [model.units("from"), model.units("to")];
  if (rows.length === 0 || columns.length === 0)
    return h("p", { class: "empty" }, "No pair is left: widen the filter.");
  const grid: HTMLElement[][] = [];
  const doings = new Map<HTMLElement, () => void>();

  const openUnit = ({ members: [first], isFolded, group }: Unit): void => {
    if (isFolded) actions.unfold([group]);
    else if (first !== undefined) actions.open(first);
  };
  const header = (unit: Unit, scope: "row" | "col"): HTMLElement => {
    const what = unit.isFolded ? `${unit.group}, ${unit.members.length} folded up` : nameOf(model, unit);
    const role = scope === "row" ? "rowheader" : "columnheader";
    const label = h("span", {}, unit.isFolded ? `▸ ${unit.label} (${unit.members.length})` : unit.label);
    const made = h(
      "th",
      {
        scope,
        role,
        tabindex: -1,
        "aria-label": what,
        title: what,
        class: unit.isFolded ? "folded" : undefined,
      },
      label,
    );
    doings.set(made, () => openUnit(unit));
    return made;
  };

  const corner = h("td", { class: "corner", role: "gridcell", tabindex: -1 }, h("span", {}, "from ↓ to →"));
  const bands = runs(columns).map(([group, count]) => {
    const isFolded = model.folded.has(group);
    const band = h(
      "th",
      {
        colspan: count,
        scope: "colgroup",
        role: "columnheader",
        tabindex: -1,
        class: "band",
        "aria-label": `${group}, ${isFolded ? "unfold" : "fold up"}`,
        title: group,
      },
      h("span", {}, isFolded ? "" : bandText(group, count)),
    );
    doings.set(band, () => (isFolded ? actions.unfold([group]) : actions.fold(group)));
    return band;
  });
  const heads = columns.map((unit) => header(unit, "col"));
  grid.push(bands, [corner, ...heads]);

  const body = rows.flatMap((row, i): HTMLTableRowElement[] => {
    const head = header(row, "row");
    const cells = columns.map((column) => {
      const cell = crossingCell(model, row, column);
      const [from] = row.members;
      const [to] = column.members;
      doings.set(cell, () => {
        const folded = [row, column].filter(({ isFolded }) => isFolded).map(({ group }) => group);
        if (folded.length > 0) actions.unfold(folded);
        else if (from !== undefined && to !== undefined && model.cell(from, to) !== undefined)
          actions.pick(from, to);
      });
      return cell;
    });
    const line = h("tr", { role: "row" }, head, ...cells);
    const isNew = !row.isFolded && rows[i - 1]?.group !== row.group;
    if (!isNew) {
      grid.push([head, ...cells]);
      return [line];
    }
    const band = h(
      "th",
      {
        colspan: columns.length + 1,
        role: "rowheader",
        tabindex: -1,
        class: "band",
        "aria-label": `${row.group}, fold up`,
      },
      h("span", {}, `▾ ${row.group}`),
    );
    doings.set(band, () => actions.fold(row.group));
    grid.push([band], [head, ...cells]);
    return [h("tr", { role: "row", class: "band" }, band), line];
  });

  const table = h(
    "table",
    { role: "grid", "aria-label": "Who reaches whom", "aria-readonly": "true" },
    h(
      "thead",
      { role: "rowgroup" },
      h("tr", { role: "row" }, h("td", { role: "presentation", class: "corner" }), ...bands),
      h("tr", { role: "row" }, corner, ...heads),
    ),
    h("tbody", { role: "rowgroup" }, ...body),
  );
  table.addEventListener("click", (event) => {
    const cell = event.target instanceof Element ? event.target.closest("td,th") : null;
    if (cell instanceof HTMLElement) {
      cell.focus();
      doings.get(cell)?.();
    }
  });
  walkable(table, grid, doings);
  return h("div", { class: "matrix" }, h("div", { class: "scroll" }, table), legend());
}

const STEPS: Readonly<Record<string, readonly [number, number]>> = {
  ArrowUp: [-1, 0],
  ArrowDown: [1, 0],
  ArrowLeft: [0, -1],
  ArrowRight: [0, 1],
  PageUp: [-10, 0],
  PageDown: [10, 0],
  Home: [0, -Infinity],
  End: [0, Infinity],
};

const clamp = (value: number, length: number): number => Math.min(Math.max(value, 0), length - 1);

function walkable(
  table: HTMLElement,
  grid: readonly (readonly HTMLElement[])[],
  doings: ReadonlyMap<HTMLElement, () => void>,
): void {
  const places = new Map(
    grid.flatMap((line, row) => line.map((cell, column) => [cell, [row, column] as const] as const)),
  );
  const first =
    grid.find((line) => line.length > 1 && line[0]?.matches("th[scope=row]"))?.[1] ?? grid[0]?.[0];
  if (first !== undefined) first.tabIndex = 0;
  let column = 1;
  table.addEventListener("focusin", ({ target }) => {
    if (!(target instanceof HTMLElement) || !places.has(target)) return;
    for (const cell of table.querySelectorAll<HTMLElement>('[tabindex="0"]')) cell.tabIndex = -1;
    target.tabIndex = 0;
  });
  table.addEventListener("keydown", (event) => {
    const { target, key } = event;
    if (!(target instanceof HTMLElement)) return;
    const place = places.get(target);
    if (place === undefined) return;
    if (key === "Enter" || key === " ") {
      event.preventDefault();
      doings.get(target)?.();
      return;
    }
    const step = STEPS[key];
    if (step === undefined || event.altKey || event.metaKey) return;
    event.preventDefault();
    const toEnd = event.ctrlKey && (key === "Home" || key === "End");
    const row = clamp(toEnd ? (key === "Home" ? 0 : Infinity) : place[0] + step[0], grid.length);
    const line = grid[row] ?? [];
    // Bands are one cell wide: beyond them, the column that one came from goes on.
    if (step[1] !== 0) column = clamp(place[1] + step[1], line.length);
    else if ((grid[place[0]]?.length ?? 0) > 1) column = place[1];
    line[clamp(column, line.length)]?.focus();
  });
}
