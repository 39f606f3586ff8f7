/** `make helm`: renders the chart, for `make manifests` and the chart's tests. */
import { installHelm } from "./helm.ts";

await installHelm();
