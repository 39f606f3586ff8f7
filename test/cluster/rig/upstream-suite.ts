import { spawn } from "node:child_process";
import { createWriteStream } from "node:fs";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { finished } from "node:stream/promises";
import { programs } from "../build/cache.ts";
import { inHome, inNetns, logFile } from "./home.ts";
import { type ProbeWaits, probeWaits } from "./probe-waits.ts";
import type { ClusterShape } from "./shape.ts";

export interface SuiteResult {
  readonly passed: number;
  readonly failed: readonly string[];
  readonly seconds: number;
  readonly waits: ProbeWaits;
}

/** Upstream's tests of NetworkPolicy, among its thousands. */
export const NETPOL = String.raw`\[sig-network\] Netpol`;

/** The kernel of a test machine may have no SCTP sockets, without which a probe of SCTP says nothing. */
const NEEDS_SCTP = "SCTPConnectivity";

/** How many of upstream's tests run beside each other, each in namespaces of its own. */
const PROCESSES = 5;

const attribute = (text: string, name: string): string =>
  new RegExp(`\\b${name}="([^"]*)"`).exec(text)?.[1] ?? "";

/** What ginkgo wrote down of each test. */
export function readReport(xml: string): Pick<SuiteResult, "passed" | "failed"> {
  const cases = xml
    .split("<testcase ")
    .slice(1)
    .map((text) => ({ name: attribute(text, "name"), status: attribute(text, "status") }))
    .filter(({ name }) => name.startsWith("[It]"));
  return {
    passed: cases.filter(({ status }) => status === "passed").length,
    failed: cases
      .filter(({ status }) => status !== "passed" && status !== "skipped")
      .map(({ name }) => name.replaceAll("&#34;", '"')),
  };
}

/**
 * Runs upstream's end-to-end tests that match, `processes` at a time, as upstream's own CI does; the whole output, and the time of each
 * test, are in the cluster's log folder.
 */
export async function runUpstream(
  shape: ClusterShape,
  focus: string,
  processes = PROCESSES,
): Promise<SuiteResult> {
  const folder = inHome("e2e");
  await mkdir(folder, { recursive: true });
  const began = performance.now();
  const [command = "", ...within] = inNetns("cp");
  const ginkgo = [
    join(programs, "ginkgo"),
    `--procs=${processes}`,
    "--no-color",
    // Names each probe, from which can be told what time went with waiting.
    "-v",
    `--focus=${focus}`,
    `--skip=${NEEDS_SCTP}`,
  ];
  const suite = [
    `--kubeconfig=${inHome("admin.kubeconfig")}`,
    "--provider=skeleton",
    `--num-nodes=${shape.nodes}`,
    "--allowed-not-ready-nodes=0",
    "--system-pods-startup-timeout=30s",
    `--report-dir=${folder}`,
    "--disable-log-dump",
  ];
  const child = spawn(command, [...within, ...ginkgo, join(programs, "e2e.test"), "--", ...suite], {
    stdio: ["ignore", "pipe", "pipe"],
    cwd: folder,
  });
  const log = createWriteStream(logFile("e2e"));
  child.stdout.pipe(log, { end: false });
  child.stderr.pipe(log, { end: false });
  await new Promise<void>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", () => resolve());
  });
  log.end();
  await finished(log);
  const seconds = (performance.now() - began) / 1000;
  const xml = await readFile(join(folder, "junit_01.xml"), "utf8").catch(() => {
    throw new Error(`upstream's tests left no report: ${logFile("e2e")} says why`);
  });
  return { ...readReport(xml), seconds, waits: probeWaits(await readFile(logFile("e2e"), "utf8")) };
}
