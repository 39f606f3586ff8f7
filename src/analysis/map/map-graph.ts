import type { ConnectivityMap } from "../connectivity-map.ts";
import type { MapEnd } from "./map-end.ts";
import { mapRows } from "./map-rows.ts";

/** What is drawn: nodes in boxes, a namespace each, and arrows between them. */
export interface MapGraph {
  readonly boxes: readonly { readonly label: string; readonly nodes: readonly GraphNode[] }[];
  readonly arrows: readonly { readonly from: string; readonly to: string; readonly label: string }[];
}

interface GraphNode {
  readonly id: string;
  readonly label: string;
}

const OUTSIDE = "outside";

/**
 * The map as a graph. Blocks outside that are alike for an end are one node, as in the text. That a pod or workload
 * reaches itself with everything is not drawn.
 */
export function mapGraph(map: ConnectivityMap, ends: readonly MapEnd[]): MapGraph {
  const rows = mapRows(map, ends).filter(({ from, to, traffic }) => from !== to || traffic !== "everything");
  const inside = new Set(ends.flatMap(({ pod }) => pod ?? []));
  const names = [...new Set([...inside, ...rows.flatMap(({ from, to }) => [from, to])])];
  const ids = new Map(names.map((name, i) => [name, `n${i}`]));
  const id = (name: string): string => ids.get(name) ?? "";
  const boxOf = (name: string): string => (inside.has(name) ? name.slice(0, name.indexOf("/")) : OUTSIDE);
  const boxes = [...Map.groupBy(names, boxOf)].map(([label, members]) => ({
    label,
    nodes: members.map((name) => ({
      id: id(name),
      label: inside.has(name) ? name.slice(name.indexOf("/") + 1) : name,
    })),
  }));
  return {
    boxes,
    arrows: rows.map(({ from, to, traffic }) => ({ from: id(from), to: id(to), label: traffic })),
  };
}
