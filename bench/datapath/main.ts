/** `make bench-datapath`: no policy, Selvedge and its peers side by side on nodes of network namespaces (needs root). */
import { readFile, rm, writeFile } from "node:fs/promises";
import { createLab } from "../../src/lab/lab.ts";
import { missingForLab } from "../../src/lab/missing-for-lab.ts";
import { teardown } from "../../src/lab/teardown.ts";
import { noPolicy, selvedge, selvedgeByNftables, weaveNpcByLayout } from "./contestants.ts";
import { withSection } from "./document.ts";
import { compileGenerator } from "./generator.ts";
import { generatorRate } from "./generator-rate.ts";
import { commitName, machineLines } from "./machine.ts";
import { type Sample, measure } from "./measure.ts";
import { type Options, parseOptions } from "./options.ts";
import { kubeRouter } from "./peers/kube-router.ts";
import { markdownReport, plainReport } from "./report.ts";
import { rowsOf, sizeText } from "./summary.ts";

const LAB = "bench";
const DOCUMENT = "docs/performance.md";
const WEAVE_NOTE =
  "weave-npc: the layout that it documents, in IPv4, as its last release is years old; it has no IPv6.";

async function run(options: Options): Promise<void> {
  const missing = missingForLab();
  if (missing !== undefined) throw new Error(missing);
  const { dir, program: generator } = await compileGenerator();
  const peer = await kubeRouter();
  const contestants = [noPolicy, selvedge, selvedgeByNftables, ...peer.contestants, weaveNpcByLayout];
  const samples: Sample[] = [];
  let rate = 0;
  try {
    for (const variant of options.variants) {
      for (const size of options.sizes) {
        const onStep = (step: string): void => console.error(`${sizeText(size)}, ${variant}: ${step}`);
        const lab = await createLab({ name: LAB, nodes: contestants.length, backend: variant });
        rate = Math.max(rate, await generatorRate(lab, generator));
        samples.push(...(await measure({ ...options, lab, generator, contestants, variant, size, onStep })));
      }
    }
  } finally {
    await teardown(LAB);
    await rm(dir, { recursive: true });
  }
  const rows = rowsOf(samples);
  const where = {
    machine: await machineLines(),
    date: new Date().toISOString().slice(0, 10),
    commit: await commitName(),
    rounds: options.rounds,
    generatorRate: rate,
    notes: [...peer.notes, WEAVE_NOTE],
  };
  console.log(`\nThe generator alone: ${Math.round(rate / 1000)},000 packets a second on one core\n`);
  console.log(plainReport(rows, where));
  if (!options.writes) return;
  await writeFile(
    DOCUMENT,
    withSection(await readFile(DOCUMENT, "utf8"), "datapath", markdownReport(rows, where)),
  );
  console.log(`\nwrote ${DOCUMENT}`);
}

try {
  await run(parseOptions(process.argv.slice(2)));
} catch (error) {
  console.error(`bench-datapath: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
