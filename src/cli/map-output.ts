import { mapOf } from "../analysis/connectivity-map.ts";
import type { MapOnly } from "../analysis/map/map-filter.ts";
import { sortedGroups } from "../analysis/map/map-pairs.ts";
import type { MapExtent } from "../analysis/map/map-text.ts";
import type { Loaded } from "./load-source.ts";
import { type MapAnswer, entriesOf } from "./map-answer.ts";
import type { MapFormat } from "./map-formats.ts";
import { paint } from "./paint.ts";

interface Asked {
  readonly answer: MapAnswer;
  readonly loaded: Loaded;
  readonly only: MapOnly;
  readonly port: string;
}

const WORDS: Readonly<Record<MapOnly, string>> = {
  allowed: "can talk",
  denied: "cannot talk",
  depends: "may talk or not",
  all: "are shown",
};

/** Writes the map. Each format is read from disk only where it is asked for. */
export async function mapIn(format: MapFormat, { answer, loaded, only, port }: Asked): Promise<string> {
  const map = mapOf(entriesOf(answer, only));
  const ends = sortedGroups(
    new Map([...answer.sources, ...answer.destinations].map((group) => [group.name, group])).values(),
  ).map(({ end }) => end);
  const extent: MapExtent = { ends, pairs: answer.inside, shown: WORDS[only] };
  switch (format) {
    case "json":
      return `${JSON.stringify(map, undefined, 2)}\n`;
    case "text":
      return (await import("../analysis/map/map-text.ts")).mapText(map, extent, paint());
    case "csv":
      return (await import("../analysis/map/map-csv.ts")).mapCsv(map);
    case "md":
      return (await import("../analysis/map/map-markdown.ts")).mapMarkdown(map, extent);
    case "dot":
    case "mermaid": {
      const { mapGraph } = await import("../analysis/map/map-graph.ts");
      const graph = mapGraph(map, ends);
      return format === "dot"
        ? (await import("../analysis/map/map-dot.ts")).mapDot(graph)
        : (await import("../analysis/map/map-mermaid.ts")).mapMermaid(graph);
    }
    case "html":
      return (await import("./map-html.ts")).mapHtml(answer, loaded, { port, show: only });
  }
}
