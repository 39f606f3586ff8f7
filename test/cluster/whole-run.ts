import { loadavg } from "node:os";
import type { Progress } from "../../src/lab/progress.ts";
import { run } from "./build/run.ts";
import { type OwnResult, runOwnTests } from "./own-tests.ts";
import { down } from "./rig/down.ts";
import { installSelvedge } from "./rig/install-selvedge.ts";
import { keepLogs } from "./rig/keep-logs.ts";
import { inRepository } from "./rig/repository.ts";
import { type Settings, choose, defaultSettings, settingsText } from "./rig/settings.ts";
import { type ClusterShape, defaultShape, shapeText } from "./rig/shape.ts";
import { refuseSecond, up } from "./rig/up.ts";
import { NETPOL, runUpstream, type SuiteResult } from "./rig/upstream-suite.ts";

/** What is run on one cluster. */
export interface RunPlan {
  readonly shape: ClusterShape;
  readonly settings: Settings;
  /** Which of upstream's tests. */
  readonly focus: string;
  readonly hasOwnTests: boolean;
}

/** As `make e2e` without arguments. */
export const defaultPlan: RunPlan = {
  shape: defaultShape,
  settings: defaultSettings,
  focus: NETPOL,
  hasOwnTests: true,
};

/** What one cluster showed. */
export interface WholeRun {
  readonly plan: RunPlan;
  /** Until all nodes were ready. */
  readonly upSeconds: number;
  readonly upstream: SuiteResult;
  /** Where they were asked for. */
  readonly own?: OwnResult;
  /** From nothing to the last test. */
  readonly seconds: number;
  /** The machine's load average over the last five minutes, when upstream's tests were over. */
  readonly load: number;
}

const secondsSince = (began: number): number => (performance.now() - began) / 1000;

export const isGood = ({ upstream, own }: WholeRun): boolean =>
  upstream.failed.length === 0 &&
  upstream.passed > 0 &&
  (own === undefined || (own.failed === 0 && own.passed > 0));

/** One line for people. What counts the tests of a whole CI has our own from their own last line. */
export const summary = ({ plan, upSeconds, upstream, own, load, seconds }: WholeRun): string =>
  [
    `${shapeText(plan.shape)}${settingsText(plan.settings)}`,
    `ready in ${Math.round(upSeconds)} s`,
    `upstream's tests ${upstream.passed} passed, ${upstream.failed.length} failed in ${Math.round(upstream.seconds)} s (load ${load.toFixed(1)})`,
    `at least ${Math.round(upstream.waits.seconds)} s of waiting, one test after the other, for ${upstream.waits.denied} denied probes and ${upstream.waits.selves} of pods to themselves`,
    own === undefined ? "own tests not run" : `own tests ${own.passed} of ${own.passed + own.failed}`,
    `${Math.round(seconds)} s in all`,
  ].join("; ");

/** The image as a user builds it. */
export const buildImage = (): Promise<string> =>
  run(process.execPath, [inRepository("scripts/deploy/image.ts")], { cwd: inRepository() });

/** Installs, runs upstream's suite and our own tests on a cluster that runs. */
async function judge(
  plan: RunPlan,
  progress: Progress,
): Promise<Pick<WholeRun, "upstream" | "own" | "load">> {
  const { shape, settings, focus, hasOwnTests } = plan;
  await choose(settings);
  await installSelvedge(shape, progress);
  progress.step("upstream's NetworkPolicy suite");
  const upstream = await runUpstream(shape, focus);
  const [, load = Number.NaN] = loadavg();
  progress.end();
  for (const name of upstream.failed) console.log(`FAILED ${name}`);
  return { upstream, load, ...(hasOwnTests && { own: await runOwnTests() }) };
}

/** A cluster from nothing to nothing: up, install, upstream's suite, our own tests, down. */
export async function wholeRun(plan: RunPlan, progress: Progress): Promise<WholeRun> {
  refuseSecond();
  const began = performance.now();
  try {
    await up(plan.shape, progress);
    const upSeconds = secondsSince(began);
    const judged = await judge(plan, progress);
    const result = { plan, upSeconds, ...judged, seconds: secondsSince(began) };
    if (!isGood(result)) console.log(`logs: ${await keepLogs()}`);
    return result;
  } catch (error) {
    console.log(`logs: ${await keepLogs()}`);
    throw error;
  } finally {
    progress.step("down");
    await down();
    progress.end();
  }
}
