// `make bench-enforced`: in the lab, with a pair of controllers and two enforcers, from a policy's creation to Enforced, and what
// a leader that dies under a hundred changes a second costs (needs root). On the embedded API server, and on a real etcd and
// kube-apiserver where `make envtest-assets` has made them. Writes docs/performance.md.
import { readFile, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import type { ApiServerKind } from "../src/lab/cluster/control-plane.ts";
import { apply } from "../src/lab/cluster/objects.ts";
import { missingForLab } from "../src/lab/missing-for-lab.ts";
import { findAssets } from "../src/lab/real-apiserver/assets.ts";
import { teardown } from "../src/lab/teardown.ts";
import { controlledCluster } from "../test/kernel/controlled/controlled-cluster.ts";
import { enforcedTimes, quantile } from "../test/kernel/controlled/enforced-times.ts";
import {
  type Storm,
  onlyFriends,
  stormPods,
  stormText,
  takeoverInStorm,
} from "../test/kernel/controlled/storm.ts";
import { follows } from "../test/kernel/enforcer/playground.ts";
import { withSection } from "./datapath/document.ts";
import { commitName, machineLines } from "./datapath/machine.ts";
import { markdownTable, plainTable } from "./datapath/report.ts";

const LAB = "enforced";
const DOCUMENT = "docs/performance.md";
const [ROUNDS = 100] = process.argv.slice(2).map(Number);

interface Result {
  readonly apiServer: ApiServerKind;
  readonly times: readonly number[];
  readonly storm: Storm;
  /** The machine's load average over the last minute, before. */
  readonly load: number;
}

async function measure(apiServer: ApiServerKind): Promise<Result> {
  console.error(`${apiServer} API server: ${ROUNDS} policies, then a takeover in a storm`);
  const load = loadavg()[0] ?? Number.NaN;
  try {
    const controlled = await controlledCluster(LAB, apiServer, stormPods);
    const { client } = controlled.cluster.control;
    const times = await enforcedTimes(client, "x", ROUNDS);
    await apply(client, onlyFriends);
    // The last of the policies that were timed lets everybody in until it is gone from the kernel, too.
    await follows(controlled.cluster, { from: "x/stranger", to: "x/server" }, "closed");
    const storm = await takeoverInStorm(controlled);
    if (storm.failed.length > 0) throw new Error(`changes failed: ${String(storm.failed[0])}`);
    return { apiServer, times, storm, load };
  } finally {
    await teardown(LAB);
  }
}

const cells = ({ apiServer, times, load }: Result): string[] => [
  apiServer,
  ...[0.5, 0.9, 0.99].map((share) => quantile(times, share).toFixed(0)),
  load.toFixed(1),
];

const takeover = ({ apiServer, storm }: Result): string =>
  `${apiServer} API server: ${stormText(storm)}, ${storm.wrong.length} of them answered otherwise than they always must be`;

const missing = missingForLab();
if (missing !== undefined) throw new Error(missing);
const kinds: readonly ApiServerKind[] = findAssets() === undefined ? ["embedded"] : ["real", "embedded"];
if (kinds.length === 1) console.error("no real API server here; `make envtest-assets` makes one");
const results: Result[] = [];
for (const kind of kinds) results.push(await measure(kind));

const table = [["API server", "p50, ms", "p90, ms", "p99, ms", "load before"], ...results.map(cells)];
const setting = `policy created → Enforced on both nodes, ${ROUNDS} policies one after the other`;
console.log([setting, plainTable(table), ...results.map(takeover)].join("\n\n"));

const where = [
  `Measured on ${new Date().toISOString().slice(0, 10)} at commit \`${await commitName()}\`. On:`,
  (await machineLines()).map((line) => `- ${line}`).join("\n"),
];
const section = [
  ...where,
  `${setting}:`,
  markdownTable(table),
  "Takeover in a storm:",
  results.map((result) => `- ${takeover(result)}.`).join("\n"),
].join("\n\n");
await writeFile(DOCUMENT, withSection(await readFile(DOCUMENT, "utf8"), "enforced", section));
console.log(`\nwrote ${DOCUMENT}`);
process.exit();
