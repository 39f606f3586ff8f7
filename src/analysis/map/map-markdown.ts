import type { ConnectivityMap } from "../connectivity-map.ts";
import { mapRows } from "./map-rows.ts";
import { type MapExtent, countText } from "./map-text.ts";

/** Every character that means something to Markdown or to the HTML in it, by its number. */
const escaped = (text: string): string =>
  text.replaceAll(/[\\`*_[\]<>&|~{}!#]/gu, (char) => `&#${char.codePointAt(0)};`);

/** The map as a Markdown table, as GitHub reads it. */
export function mapMarkdown(map: ConnectivityMap, extent: MapExtent): string {
  const rows = mapRows(map, extent.ends).map(
    (row) => `| ${[row.from, row.to, row.traffic].map(escaped).join(" | ")} |`,
  );
  return ["| from | to | allowed |", "| --- | --- | --- |", ...rows, "", countText(map, extent), ""].join(
    "\n",
  );
}
