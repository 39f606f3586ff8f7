import { markdownTable, plainTable } from "../datapath/report.ts";
import { type Place, RULES } from "./crowd.ts";
import { type Event, type Samples, events } from "./measure.ts";

export interface Row {
  /** Beside those that are measured. */
  readonly policies: number;
  readonly place: Place;
  readonly samples: Samples;
  /** The machine's load average over the last minute, when the row was done. */
  readonly load: number;
}

/** What the numbers hang on. */
export interface Circumstances {
  readonly machine: readonly string[];
  readonly date: string;
  readonly commit: string;
  readonly rounds: number;
}

const HEADS: Readonly<Record<Event, string>> = {
  "created, drops": "policy created → dropped",
  "created, allows": "policy created → passes",
  "peer gone": "peer relabelled → dropped",
  "pod reachable": "pod has its address → reachable",
  "inside: policy": "inside: policy → kernel",
  "inside: peer": "inside: peer → kernel",
};

/** What each is measured as. */
const MEANINGS: readonly string[] = [
  "policy created → dropped: from before the request to create a NetworkPolicy is sent to the first packet that it drops",
  "policy created → passes: `policy_enforcement_latency_policy_creation_seconds`, where one policy denies and a second, which allows, is created",
  "peer relabelled → dropped: from the request that takes a peer out of a group to the first of its packets that is dropped",
  "pod has its address → reachable: `pod_creation_reachability_latency_seconds`, from the request that writes the pod's IP into its status to the first packet that reaches it, by way of the API server alone (with the runtime's result cache the enforcer knows sooner)",
  "inside: within the enforcer, from the arrival of the event to the end of the writing, by the enforcer's own log",
];

function quantile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.ceil(share * sorted.length) - 1] ?? Number.NaN;
}

const short = (milliseconds: number): string => milliseconds.toFixed(milliseconds < 10 ? 1 : 0);

const cell = (numbers: readonly number[]): string =>
  `${short(quantile(numbers, 0.5))} / ${short(quantile(numbers, 0.99))}`;

const tableOf = (rows: readonly Row[]): string[][] => [
  ["other policies", ...events.map((event) => HEADS[event]), "load"],
  ...rows.map(({ policies, place, samples, load }) => [
    `${policies}${policies === 0 ? "" : ` ${place}`}`,
    ...events.map((event) => cell(samples[event])),
    load.toFixed(1),
  ]),
];

const setting = (rounds: number): string =>
  `Median / 99th percentile in milliseconds of ${rounds} rounds. Packets are a millisecond apart; other policies select one of 250 pods each, with ${RULES} rules`;

export const plainReport = (rows: readonly Row[], { rounds }: Circumstances): string =>
  [setting(rounds), plainTable(tableOf(rows)), MEANINGS.map((line) => `- ${line}`).join("\n")].join("\n\n");

/** The part of docs/performance.md that the command writes. */
export const markdownReport = (rows: readonly Row[], where: Circumstances): string =>
  [
    `Measured on ${where.date} at commit \`${where.commit}\`. On:`,
    where.machine.map((line) => `- ${line}`).join("\n"),
    `${setting(where.rounds)}.`,
    markdownTable(tableOf(rows)),
    MEANINGS.map((line) => `- ${line}`).join("\n"),
  ].join("\n\n");
