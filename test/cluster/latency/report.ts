import { markdownTable } from "../../../bench/datapath/report.ts";
import type { Measured } from "./measure.ts";

/** What the figures hang on. */
export interface Circumstances {
  readonly machine: readonly string[];
  readonly date: string;
  readonly commit: string;
  readonly cluster: string;
  /** The machine's load average, before and after. */
  readonly load: readonly number[];
}

function quantile(numbers: readonly number[], share: number): string {
  const sorted = numbers.toSorted((a, b) => a - b);
  const value = sorted[Math.ceil(share * sorted.length) - 1];
  return value === undefined ? "-" : value.toFixed(value < 10 ? 1 : 0);
}

const cells = (numbers: readonly number[]): string[] => [
  quantile(numbers, 0.5),
  quantile(numbers, 0.99),
  `${numbers.length}`,
];

/** The part of docs/performance.md that the command writes. */
export function markdownReport(selvedge: Measured, none: Measured, where: Circumstances): string {
  const table = markdownTable([
    ["", "by", "p50, ms", "p99, ms", "events"],
    ["policy created → enforced (the last new connection that stood)", "Selvedge", ...cells(selvedge.closed)],
    ["`policy_enforcement_latency_policy_creation_seconds`", "Selvedge", ...cells(selvedge.opened)],
    ["`pod_creation_reachability_latency_seconds`", "Selvedge", ...cells(selvedge.reachable)],
    ["`pod_creation_reachability_latency_seconds`", "nobody", ...cells(none.reachable)],
  ]);
  return [
    `Measured on ${where.date} at commit \`${where.commit}\`, ${where.cluster}; load average ${where.load.map((load) => load.toFixed(1)).join(" before, ")} after. On:`,
    where.machine.map((line) => `- ${line}`).join("\n"),
    table,
  ].join("\n\n");
}
