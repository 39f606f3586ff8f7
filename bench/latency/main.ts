/** `make bench-latency`: from a change at the API server to the first packet that is judged by it (needs root). */
import { readFile, writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { missingForLab } from "../../src/lab/missing-for-lab.ts";
import { teardown } from "../../src/lab/teardown.ts";
import { withSection } from "../datapath/document.ts";
import { commitName, machineLines } from "../datapath/machine.ts";
import { measure } from "./measure.ts";
import { type Options, parseOptions } from "./options.ts";
import { type Row, markdownReport, plainReport } from "./report.ts";
import { LAB, startRig, stopStreams } from "./rig.ts";

const DOCUMENT = "docs/performance.md";

async function run({ cases, rounds, backend, writes }: Options): Promise<void> {
  const missing = missingForLab();
  if (missing !== undefined) throw new Error(missing);
  const rows: Row[] = [];
  for (const { policies, place } of cases) {
    console.error(`${policies} other policies, ${place}`);
    try {
      const rig = await startRig(policies, place, backend);
      const samples = await measure(rig, rounds, (done) => {
        if (done % 20 === 0) console.error(`  ${done} rounds of ${rounds}`);
      });
      // First, as it does not keep this process alive.
      await rig.enforcer.stop();
      stopStreams(rig);
      rows.push({ policies, place, samples, load: loadavg()[0] ?? Number.NaN });
    } finally {
      await teardown(LAB);
    }
  }
  const where = {
    machine: await machineLines(),
    date: new Date().toISOString().slice(0, 10),
    commit: await commitName(),
    rounds,
  };
  console.log(plainReport(rows, where));
  if (!writes) return;
  await writeFile(
    DOCUMENT,
    withSection(await readFile(DOCUMENT, "utf8"), "latency", markdownReport(rows, where)),
  );
  console.log(`\nwrote ${DOCUMENT}`);
}

try {
  await run(parseOptions(process.argv.slice(2)));
} catch (error) {
  console.error("bench-latency:", error);
  process.exitCode = 1;
}
process.exit();
