/** `make manifests`: the generated files of deploy/: the chart's CRDs and dashboard, and selvedge.yaml. */
import { mkdir, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { installHelm } from "./helm.ts";
import { chartFiles } from "./manifests/chart-files.ts";
import { plainManifests } from "./manifests/plain-manifests.ts";
import { CHART, renderChart } from "./manifests/render-chart.ts";

await installHelm();
for (const [path, text] of chartFiles) {
  await mkdir(dirname(join(CHART, path)), { recursive: true });
  await writeFile(join(CHART, path), text);
}
await writeFile("deploy/selvedge.yaml", plainManifests(await renderChart()));
