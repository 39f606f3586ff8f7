import { describe, expect, it } from "vitest";
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
