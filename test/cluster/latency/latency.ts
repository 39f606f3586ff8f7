import { readFile, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import type { Progress } from "../../../src/lab/progress.ts";
import { withSection } from "../../../bench/datapath/document.ts";
import { commitName, machineLines } from "../../../bench/datapath/machine.ts";
import { installSelvedge } from "../rig/install-selvedge.ts";
import { inRepository } from "../rig/repository.ts";
import { type ClusterShape, shapeText } from "../rig/shape.ts";
import { uninstallSelvedge } from "../rig/uninstall-selvedge.ts";
import { openApiSocket } from "./api-socket.ts";
import { measure } from "./measure.ts";
import { markdownReport } from "./report.ts";

const load = (): number => loadavg()[0] ?? Number.NaN;

/** Times a running cluster with Selvedge and without it, and writes the table of docs/performance.md. */
export async function writeLatency(shape: ClusterShape, events: number, progress: Progress): Promise<void> {
  const document = inRepository("docs/performance.md");
  const before = load();
  const api = await openApiSocket();
  try {
    progress.step(`${events} policies and ${events} pods with Selvedge`);
    const selvedge = await measure(api, events, "selvedge");
    await uninstallSelvedge(progress);
    progress.step(`${events} pods without`);
    const none = await measure(api, events, "none");
    await installSelvedge(shape, progress);
    const text = markdownReport(selvedge, none, {
      machine: await machineLines(),
      date: new Date().toISOString().slice(0, 10),
      commit: await commitName(),
      cluster: shapeText(shape),
      load: [before, load()],
    });
    console.log(text);
    await writeFile(document, withSection(await readFile(document, "utf8"), "cluster", text));
  } finally {
    api.stop();
    progress.end();
  }
}
