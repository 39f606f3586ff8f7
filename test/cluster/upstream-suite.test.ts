import { describe, expect, it } from "vitest";
import { probeWaits } from "./rig/probe-waits.ts";
import { readReport } from "./rig/upstream-suite.ts";

const report = `<testsuites><testsuite>
  <testcase name="[SynchronizedBeforeSuite]" status="passed" time="1"></testcase>
  <testcase name="[It] [sig-network] Netpol should deny" status="passed" time="9"></testcase>
  <testcase name="[It] [sig-network] Netpol says &#34;no&#34;" status="failed" time="9"><failure/></testcase>
  <testcase name="[It] [sig-network] Netpol hangs" status="timedout" time="9"></testcase>
  <testcase name="[It] [sig-apps] something else" status="skipped" time="0"><skipped/></testcase>
</testsuite></testsuites>`;

describe("upstream's report", () => {
  it("counts tests alone, and whatever neither passed nor was skipped has failed", () => {
    expect(readReport(report)).toEqual({
      passed: 1,
      failed: ['[It] [sig-network] Netpol says "no"', "[It] [sig-network] Netpol hangs"],
    });
  });

  it("has no test in a report that ginkgo did not finish", () => {
    expect(readReport("<testsuites>")).toEqual({ passed: 0, failed: [] });
  });
});

/** As upstream writes it: rows of X and dots. */
const matrix = (heading: string, rows: readonly string[]): string =>
  `  I1122 11:21:39.865891    3620 reachability.go:180] ${heading}:

  -\t\tx/0\tx/1\tx/2
${rows.map((row, i) => `  x/${i}\t${row.split("").join("\t\t")}\t`).join("\n")}



`;
const round = (expected: readonly string[], observed: readonly string[]): string =>
  matrix("expected", expected) + matrix("observed", observed) + matrix("comparison", [".X.", "...", "..."]);

describe("upstream's log", () => {
  it("tells how long its probes waited: for what was denied, and for a pod to be kept from itself", () => {
    expect(probeWaits("")).toEqual({ denied: 0, selves: 0, seconds: 0, secondsIfRefused: 0 });
    // One of ten seconds outlasts three of three.
    const one = round(["XX.", "X.X", "..."], [".X.", "X.X", "..."]);
    expect(probeWaits(one)).toEqual({ denied: 3, selves: 1, seconds: 10, secondsIfRefused: 10 });
    // Three of ten and six of three share three workers.
    // As the suite writes its tables: an X is a probe that is to be denied, or was; a point one that gets through.
    const all = round(["XXX", "XXX", "XXX"], [".XX", "X.X", "XX."]);
    expect(probeWaits(all)).toEqual({ denied: 6, selves: 3, seconds: 16, secondsIfRefused: 10 });
    expect(probeWaits(one + all)).toEqual({ denied: 9, selves: 4, seconds: 26, secondsIfRefused: 20 });
    // Whoever keeps a pod from itself has no ten seconds.
    const kept = round(["XX.", "...", "..."], ["XX.", "...", "..."]);
    expect(probeWaits(kept)).toEqual({ denied: 2, selves: 0, seconds: 3, secondsIfRefused: 0 });
  });
});
