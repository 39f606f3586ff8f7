/** `make bench-apart`: what each part of our rules costs a packet, by leaving out the others (needs root). */
import { readFile, rm, writeFile } from "node:fs/promises";
import { Command, InvalidArgumentError, Option } from "commander";
import { type Family, families } from "../../../src/core/address.ts";
import { createLab } from "../../../src/lab/lab.ts";
import { missingForLab } from "../../../src/lab/missing-for-lab.ts";
import { teardown } from "../../../src/lab/teardown.ts";
import { noPolicy } from "../contestants.ts";
import { withSection } from "../document.ts";
import { compileGenerator } from "../generator.ts";
import { commitName, machineLines } from "../machine.ts";
import { measure } from "../measure.ts";
import { kinds } from "../rig.ts";
import { FLOWS, type Size } from "../scenario.ts";
import { markdownTable, plainTable } from "../report.ts";
import { type Row, rowsOf, sizeText } from "../summary.ts";
import { layouts } from "./stages.ts";

const LAB = "bench";
const DOCUMENT = "docs/performance.md";
const SIZE: Size = { pods: 250, policies: 1000 };
/** So few that caches hold all that is read, and so many that they do not. */
const PAIRS = [16, FLOWS] as const;

interface Part {
  readonly layout: string;
  readonly pairs: number;
  readonly row: Row;
}

interface Flags {
  readonly rounds: number;
  readonly write: boolean;
  readonly family: readonly Family[];
}

function parseRounds(text: string): number {
  const rounds = Number(text);
  if (!Number.isInteger(rounds) || rounds < 1) throw new InvalidArgumentError("want a number from 1");
  return rounds;
}

async function measureAll(rounds: number, families: readonly Family[]): Promise<Part[]> {
  const { dir, program: generator } = await compileGenerator();
  const parts: Part[] = [];
  try {
    for (const { name: layout, iptables: variant, stages } of layouts) {
      for (const pairs of PAIRS) {
        const contestants = [noPolicy, ...stages];
        const onStep = (step: string): void => console.error(`${layout}, ${pairs} pairs: ${step}`);
        const lab = await createLab({ name: LAB, nodes: contestants.length, backend: variant });
        const trial = { lab, generator, contestants, variant, families, size: SIZE } as const;
        const samples = await measure({ ...trial, rounds, pairs, onStep });
        parts.push(...rowsOf(samples).map((row) => ({ layout, pairs, row })));
      }
    }
  } finally {
    await teardown(LAB);
    await rm(dir, { recursive: true });
  }
  return parts;
}

/** A line for each stage, a column for each iptables and number of pairs. */
function tableOf(parts: readonly Part[]): string[][] {
  const text = ({ row: { cells } }: Part, name: string): string => {
    const ratio = cells.find(({ contestant }) => contestant === name)?.ratio;
    return ratio === undefined
      ? "-"
      : `${ratio.median.toFixed(2)} × (${ratio.low.toFixed(2)}-${ratio.high.toFixed(2)})`;
  };
  return [
    ["what stands", ...parts.map(({ layout, pairs }) => `${layout}, ${pairs} pairs`)],
    ...(layouts[0]?.stages ?? []).map(({ name }) => [name, ...parts.map((part) => text(part, name))]),
  ];
}

async function run({ rounds, write, family }: Flags): Promise<void> {
  const missing = missingForLab();
  if (missing !== undefined) throw new Error(missing);
  const parts = await measureAll(rounds, family);
  const tables = family.flatMap((each) =>
    kinds.map((kind) => ({
      title: `A packet of ${kind} flows, ${each}`,
      table: tableOf(parts.filter(({ row }) => row.kind === kind && row.family === each)),
    })),
  );
  for (const { title, table } of tables) console.log(`\n${title}, against no policy\n\n${plainTable(table)}`);
  if (!write) return;
  const lines = await machineLines();
  const text = [
    `Measured on ${new Date().toISOString().slice(0, 10)} at commit \`${await commitName()}\`, ${sizeText(SIZE)}, ${rounds} rounds; against no policy the median, and 10 % and 90 % of the rounds. On:`,
    "",
    ...lines.map((line) => `- ${line}`),
    ...tables.flatMap(({ title, table }) => ["", `${title}:`, "", markdownTable(table)]),
  ].join("\n");
  await writeFile(DOCUMENT, withSection(await readFile(DOCUMENT, "utf8"), "apart", text));
  console.log(`\nwrote ${DOCUMENT}`);
}

const flags = new Command("bench-apart")
  .description(
    "What each part of our rules costs a packet, by leaving out the others. Writes docs/performance.md.",
  )
  .option("--rounds <number>", "rounds of each", parseRounds, 5)
  .addOption(new Option("--family <families...>", "only these").choices(families).default(families))
  .option("--no-write", "leave docs/performance.md as it is")
  .parse()
  .opts<Flags>();

try {
  await run(flags);
} catch (error) {
  console.error(`bench-apart: ${error instanceof Error ? error.message : String(error)}`);
  process.exitCode = 1;
}
