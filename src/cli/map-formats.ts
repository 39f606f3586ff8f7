export const mapFormats = ["text", "json", "csv", "md", "dot", "mermaid", "html"] as const;

/** How a map is written. */
export type MapFormat = (typeof mapFormats)[number];
