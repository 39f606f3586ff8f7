import type { MapGraph } from "./map-graph.ts";

/** A quoted ID of the DOT language: a backslash begins an escape of labels, so it is doubled. */
const quoted = (text: string): string =>
  `"${text
    .replaceAll("\\", String.raw`\\`)
    .replaceAll('"', String.raw`\"`)
    .replaceAll(/[\r\n]/gu, " ")}"`;

/** The graph in the DOT language of Graphviz. */
export function mapDot({ boxes, arrows }: MapGraph): string {
  const clusters = boxes.flatMap(({ label, nodes }, i) => [
    `  subgraph cluster_${i} {`,
    `    label=${quoted(label)};`,
    ...nodes.map((node) => `    ${node.id} [label=${quoted(node.label)}];`),
    "  }",
  ]);
  return [
    "digraph connectivity {",
    "  rankdir=LR;",
    '  graph [fontname="sans-serif", style=rounded, color=gray60];',
    '  node [fontname="sans-serif", shape=box, style=rounded];',
    '  edge [fontname="sans-serif", fontsize=10];',
    ...clusters,
    ...arrows.map(({ from, to, label }) => `  ${from} -> ${to} [label=${quoted(label)}];`),
    "}",
    "",
  ].join("\n");
}
