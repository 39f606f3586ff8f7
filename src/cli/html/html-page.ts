import { createHash } from "node:crypto";
import type { PageData } from "../../analysis/map/page-data.ts";
import type { PageAssets } from "./page-assets.ts";

const hash = (text: string): string => `'sha256-${createHash("sha256").update(text).digest("base64")}'`;

/** JSON that can stand in a script element: nothing in it begins a tag or a comment, whatever names and paths hold. */
const embedded = (data: PageData): string => JSON.stringify(data).replaceAll("<", String.raw`\u003c`);

/**
 * One self-contained page. Its policy lets run exactly this script and this style, and lets it ask nobody for anything:
 * what a file's names or paths hold can do nothing, and the map goes nowhere.
 */
export function htmlPage(data: PageData, { script, style }: PageAssets): string {
  const policy = [
    "default-src 'none'",
    `script-src ${hash(script)}`,
    `style-src ${hash(style)}`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>Connectivity map</title>
<style>${style}</style>
</head>
<body>
<noscript>This map needs its script, which is part of this file.</noscript>
<script type="application/json" id="data">${embedded(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}
