import { readFile, writeFile } from "node:fs/promises";
import type { Progress } from "../../src/lab/progress.ts";
import { withSection } from "../../bench/datapath/document.ts";
import { commitName } from "../../bench/datapath/machine.ts";
import { markdownTable } from "../../bench/datapath/report.ts";
import { inRepository } from "./rig/repository.ts";
import { defaultSettings } from "./rig/settings.ts";
import { type ClusterShape, defaultShape } from "./rig/shape.ts";
import { defaultPlan, type RunPlan, summary, type WholeRun, wholeRun } from "./whole-run.ts";

const upstreamAlone: RunPlan = { ...defaultPlan, hasOwnTests: false };
const upstreamOn = (shape: Partial<ClusterShape>): RunPlan => ({
  ...upstreamAlone,
  shape: { ...defaultShape, ...shape },
});

/** Each setting away from the default by itself, and the shape with all of them at once; our own tests at both ends, and with iptables. */
const plans: readonly RunPlan[] = [
  defaultPlan,
  upstreamOn({ flannel: "host-gw" }),
  upstreamOn({ dualStack: true }),
  upstreamOn({ proxy: "nftables" }),
  { ...defaultPlan, shape: { nodes: 2, flannel: "host-gw", dualStack: true, proxy: "nftables" } },
  { ...upstreamAlone, settings: { ...defaultSettings, deny: "reject" } },
  { ...defaultPlan, settings: { ...defaultSettings, backend: "nft" } },
];

const row = ({ plan, upSeconds, upstream, own, seconds, load }: WholeRun): string[] => [
  plan.shape.flannel,
  plan.shape.dualStack ? "IPv4 and IPv6" : "IPv4",
  plan.shape.proxy,
  plan.settings.deny,
  plan.settings.backend,
  `${Math.round(upSeconds)} s`,
  `${upstream.passed} of ${upstream.passed + upstream.failed.length}`,
  `${Math.round(upstream.seconds)} s`,
  own === undefined ? "-" : `${own.passed} of ${own.passed + own.failed}`,
  `${Math.round(seconds)} s`,
  load.toFixed(1),
];

const HEADS = [
  "flannel",
  "families",
  "kube-proxy",
  "denied by",
  "backend",
  "ready",
  "upstream's suite",
  "its time",
  "own tests",
  "all of it",
  "load",
];

/** How much of upstream's time is its own, by the probes of the first run. */
function waitsText([first]: readonly WholeRun[]): string {
  if (first === undefined) return "";
  const { denied, selves, seconds, secondsIfRefused } = first.upstream.waits;
  return [
    `The suite's ${denied} probes that are denied wait three seconds each where packets are dropped, three beside each other; ${selves} times it`,
    "waits ten seconds for a pod to be kept from itself, which no policy can do, and leaves that out of its verdict. One test after the other",
    `that is at least ${Math.round(seconds)} s, and ${Math.round(secondsIfRefused)} s where what is denied is refused at once.`,
  ].join("\n");
}

/** Runs everything on a cluster of every shape, and writes the table of docs/testing.md. */
export async function everyShape(progress: Progress): Promise<WholeRun[]> {
  const document = inRepository("docs/testing.md");
  const runs: WholeRun[] = [];
  for (const plan of plans) {
    const result = await wholeRun(plan, progress);
    console.log(summary(result));
    runs.push(result);
    const said = `On ${new Date().toISOString().slice(0, 10)} at commit \`${await commitName()}\`:`;
    const table = markdownTable([HEADS, ...runs.map((each) => row(each))]);
    const text = [said, table, waitsText(runs)].join("\n\n");
    await writeFile(document, withSection(await readFile(document, "utf8"), "e2e", text));
  }
  return runs;
}
