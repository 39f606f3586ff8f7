import type { MapGraph } from "./map-graph.ts";

/** Mermaid's own escapes, `#NUMBER;`, for all that means something in its labels or in the HTML made of them. */
const quoted = (text: string): string =>
  `"${text.replaceAll(/["#;&<>`\\|{}[\]\r\n]/gu, (char) => `#${char.codePointAt(0)};`)}"`;

/** The graph as a Mermaid flowchart. */
export function mapMermaid({ boxes, arrows }: MapGraph): string {
  const subgraphs = boxes.flatMap(({ label, nodes }, i) => [
    `  subgraph b${i}[${quoted(label)}]`,
    ...nodes.map((node) => `    ${node.id}[${quoted(node.label)}]`),
    "  end",
  ]);
  return [
    "flowchart LR",
    ...subgraphs,
    ...arrows.map(({ from, to, label }) => `  ${from} -->|${quoted(label)}| ${to}`),
    "",
  ].join("\n");
}
