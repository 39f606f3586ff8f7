import { loadavg } from "node:os";
import type { Progress } from "../../src/lab/progress.ts";
import { run } from "./build/run.ts";
import { type OwnResult, runOwnTests } from "./own-tests.ts";
import { down } from "./rig/down.ts";
import { installSelvedge } from "./rig/install-selvedge.ts";
import { keepLogs } from "./rig/keep-logs.ts";
import { inRepository } from "./rig/repository.ts";
import { type ClusterShape, shapeText } from "./rig/shape.ts";
import { refuseSecond, up } from "./rig/up.ts";
import { NETPOL, runUpstream, type SuiteResult } from "./rig/upstream-suite.ts";

/** What one cluster showed. */
export interface WholeRun {
  readonly shape: ClusterShape;
  /** Until all nodes were ready. */
  readonly upSeconds: number;
  readonly upstream: SuiteResult;
  readonly own: OwnResult;
  /** The machine's load average over the last five minutes, when upstream's tests were over. */
  readonly load: number;
}

const secondsSince = (began: number): number => (performance.now() - began) / 1000;

export const isGood = ({ upstream, own }: WholeRun): boolean =>
  upstream.failed.length === 0 && upstream.passed > 0 && own.failed === 0 && own.passed > 0;

/** One line for people. */
export const summary = ({ shape, upSeconds, upstream, own, load }: WholeRun): string =>
  [
    shapeText(shape),
    `ready in ${Math.round(upSeconds)} s`,
    `upstream's tests ${upstream.passed} passed, ${upstream.failed.length} failed in ${Math.round(upstream.seconds)} s (load ${load.toFixed(1)})`,
    `own tests ${own.passed} passed, ${own.failed} failed, ${own.skipped} skipped`,
  ].join("; ");

/** The image as a user builds it. */
export const buildImage = (): Promise<string> =>
  run(process.execPath, [inRepository("scripts/deploy/image.ts")], { cwd: inRepository() });

/** A cluster from nothing to nothing: up, install, upstream's suite, our own tests, down. */
export async function wholeRun(shape: ClusterShape, progress: Progress, focus = NETPOL): Promise<WholeRun> {
  refuseSecond();
  const began = performance.now();
  try {
    await up(shape, progress);
    const upSeconds = secondsSince(began);
    await installSelvedge(shape, progress);
    progress.step("upstream's NetworkPolicy suite");
    const upstream = await runUpstream(shape, focus);
    const [, load = Number.NaN] = loadavg();
    progress.end();
    for (const name of upstream.failed) console.log(`FAILED ${name}`);
    const own = await runOwnTests();
    const result = { shape, upSeconds, upstream, own, load };
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
