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

const log = `
  I1122 11:21:29.216404    3620 kubemanager.go:215]  probe #1 :: connectivity not expected :: x/a -> 10.96.199.206
  I1122 11:21:31.747594    3620 kubemanager.go:215]  probe #2 :: connectivity not expected :: x/a -> 10.96.199.206
  I1122 11:21:39.865891    3620 reachability.go:180] expected:

  -		x/a	x/b	x/c
  x/a	X		X		.	
  I1122 11:21:39.865897    3620 reachability.go:183] observed:

  -		x/a	x/b	x/c
  x/a	.		X		.	
  x/b	.		X		X	
  I1122 11:21:39.865926    3620 reachability.go:186] comparison:

  -		x/a	x/b	x/c
  x/a	X		.		.	
`;

describe("upstream's log", () => {
  it("tells how long its probes waited: for what was denied, and where they were repeated", () => {
    expect(probeWaits(log)).toEqual({ denied: 3, repeated: 2, seconds: (3 * 3 + 2) / 3 });
    expect(probeWaits("")).toEqual({ denied: 0, repeated: 0, seconds: 0 });
  });
});
