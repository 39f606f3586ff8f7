import { readFile, writeFile } from "node:fs/promises";
import type { Progress } from "../../src/lab/progress.ts";
import { withSection } from "../../bench/datapath/document.ts";
import { commitName } from "../../bench/datapath/machine.ts";
import { markdownTable } from "../../bench/datapath/report.ts";
import { inRepository } from "./rig/repository.ts";
import { type ClusterShape, defaultShape } from "./rig/shape.ts";
import { summary, type WholeRun, wholeRun } from "./whole-run.ts";

/** Each setting away from the default by itself, and all of them at once. */
const shapes: readonly ClusterShape[] = [
  defaultShape,
  { ...defaultShape, flannel: "host-gw" },
  { ...defaultShape, dualStack: true },
  { ...defaultShape, proxy: "nftables" },
  { nodes: 2, flannel: "host-gw", dualStack: true, proxy: "nftables" },
];

const row = ({ shape, upSeconds, upstream, own, load }: WholeRun): string[] => [
  shape.flannel,
  shape.dualStack ? "IPv4 and IPv6" : "IPv4",
  shape.proxy,
  `${Math.round(upSeconds)} s`,
  `${upstream.passed} of ${upstream.passed + upstream.failed.length}`,
  `${Math.round(upstream.seconds)} s`,
  `${own.passed} of ${own.passed + own.failed}`,
  load.toFixed(1),
];

const HEADS = [
  "flannel",
  "families",
  "kube-proxy",
  "ready",
  "upstream's suite",
  "its time",
  "own tests",
  "load",
];

/** Runs everything on a cluster of every shape, and writes the table of docs/testing.md. */
export async function everyShape(progress: Progress): Promise<WholeRun[]> {
  const document = inRepository("docs/testing.md");
  const runs: WholeRun[] = [];
  for (const shape of shapes) {
    const result = await wholeRun(shape, progress);
    console.log(summary(result));
    runs.push(result);
    const said = `On ${new Date().toISOString().slice(0, 10)} at commit \`${await commitName()}\`:`;
    const text = `${said}\n\n${markdownTable([HEADS, ...runs.map(row)])}`;
    await writeFile(document, withSection(await readFile(document, "utf8"), "e2e", text));
  }
  return runs;
}
