import type { AllowedTraffic } from "../../../analysis/connectivity-map.ts";
import type { PageCell, PageData, PageEnd } from "../../../analysis/map/page-data.ts";
import { type PortFilter, isEverything, isNothing, passes, portFilter } from "./traffic.ts";

export type Verdict = "everything" | "some" | "depends" | "nothing";
export type Show = "all" | "allowed" | "denied" | "depends";

/** What the user asked for. */
export interface Filter {
  readonly from: string;
  readonly to: string;
  readonly port: string;
  readonly show: Show;
}

/** A line or column of the matrix, a node of the graph: one end, or a group that is folded up. */
export interface Unit {
  readonly key: string;
  readonly label: string;
  readonly group: string;
  readonly members: readonly number[];
  readonly isFolded: boolean;
}

/** Of two units, how many of their pairs there are and how many are shown. */
export interface Crossing {
  readonly shown: number;
  readonly all: number;
  /** Where both are one end. */
  readonly cell?: PageCell;
}

/** The page's data, with what is asked of it. */
export class Model {
  readonly data: PageData;
  readonly groups: ReadonlyMap<string, readonly number[]>;
  readonly folded = new Set<string>();
  filter: Filter = { from: "", to: "", port: "", show: "all" };
  private port: PortFilter | undefined;

  /** More lines than this, and groups begin folded up. */
  static readonly MANY = 60;

  constructor(data: PageData) {
    this.data = data;
    this.groups = Map.groupBy(data.ends.keys(), (i) => this.end(i).group);
    if (data.ends.length > Model.MANY) for (const group of this.groups.keys()) this.folded.add(group);
  }

  end(i: number): PageEnd {
    const end = this.data.ends[i];
    if (end === undefined) throw new Error(`no end ${i}`);
    return end;
  }

  cell(from: number, to: number): PageCell | undefined {
    return this.data.cells[this.data.rows[from]?.[to] ?? -1];
  }

  traffic(at: number | undefined): AllowedTraffic {
    return this.data.traffics[at ?? -1] ?? { TCP: "", UDP: "", SCTP: "", other: false };
  }

  setFilter(filter: Filter): void {
    this.filter = filter;
    this.port = portFilter(filter.port);
  }

  /** A port was written that is none. */
  get isBadPort(): boolean {
    return this.filter.port.trim() !== "" && this.port === undefined;
  }

  verdict({ all, some, depends }: PageCell): Verdict {
    if (isEverything(this.traffic(all))) return "everything";
    if (!isNothing(this.traffic(some ?? all))) return "some";
    return depends === undefined ? "nothing" : "depends";
  }

  isShown(cell: PageCell): boolean {
    const { port } = this;
    const has = (at: number | undefined): boolean =>
      at !== undefined &&
      (port === undefined ? !isNothing(this.traffic(at)) : passes(this.traffic(at), port));
    const isAllowed = has(cell.some ?? cell.all);
    switch (this.filter.show) {
      case "all":
        return port === undefined || isAllowed || has(cell.depends);
      case "allowed":
        return isAllowed;
      case "depends":
        return has(cell.depends);
      case "denied":
        return !isAllowed && !has(cell.depends);
    }
  }

  private matches(side: "from" | "to", i: number): boolean {
    const words = this.filter[side].toLowerCase().split(/\s+/);
    const name = this.end(i).name.toLowerCase();
    return words.every((word) => name.includes(word));
  }

  /** The ends of one side that the filter leaves: those that are named, with some pair that is shown. */
  private left(side: "from" | "to"): number[] {
    const named = [...this.data.ends.keys()].filter((i) => this.matches(side, i));
    if (this.port === undefined && this.filter.show === "all") return named;
    const others = [...this.data.ends.keys()].filter((i) => this.matches(side === "from" ? "to" : "from", i));
    return named.filter((i) =>
      others.some((j) => {
        const cell = side === "from" ? this.cell(i, j) : this.cell(j, i);
        return cell !== undefined && this.isShown(cell);
      }),
    );
  }

  units(side: "from" | "to"): Unit[] {
    return [...Map.groupBy(this.left(side), (i) => this.end(i).group)].flatMap(([group, members]): Unit[] => {
      if (this.folded.has(group)) return [{ key: `/${group}`, label: group, group, members, isFolded: true }];
      return members.map((i) => ({
        key: this.end(i).name,
        label: this.label(i),
        group,
        members: [i],
        isFolded: false,
      }));
    });
  }

  /** A name without its namespace. */
  label(i: number): string {
    const { name, kind } = this.end(i);
    return kind === "pod" ? name.slice(name.indexOf("/") + 1) : name;
  }

  crossing(from: Unit, to: Unit): Crossing {
    let [shown, all] = [0, 0];
    let only: PageCell | undefined;
    for (const i of from.members) {
      for (const j of to.members) {
        const cell = this.cell(i, j);
        if (cell === undefined) continue;
        all += 1;
        if (this.isShown(cell)) shown += 1;
        only = cell;
      }
    }
    const isOne = !from.isFolded && !to.isFolded && only !== undefined;
    return { shown, all, ...(isOne && only && { cell: only }) };
  }
}
