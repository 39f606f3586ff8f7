import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FindingReport } from "../../../src/analysis/finding/finding-report.ts";
import type { Finding } from "../../../src/analysis/finding/finding.ts";
import { findingsGithub } from "../../../src/analysis/finding/findings-github.ts";
import { findingsJson } from "../../../src/analysis/finding/findings-json.ts";
import { findingsJunit } from "../../../src/analysis/finding/findings-junit.ts";
import { findingsMarkdown } from "../../../src/analysis/finding/findings-markdown.ts";
import { findingsSarif } from "../../../src/analysis/finding/findings-sarif.ts";
import { findingsText } from "../../../src/analysis/finding/findings-text.ts";
import { valueWidth } from "../../../src/analysis/finding/value-width.ts";
import { lintCodes } from "../../../src/analysis/lint/lint-rules.ts";
import { junitFaults, junitSchemas, sarifFaults } from "../../support/report-schemas.ts";
import { SEARCH_TIMEOUT, search } from "../../support/search.ts";

const AT = "2026-01-31T12:00:00";

const servicePort: Finding = {
  code: "NP204",
  severity: "error",
  message: "the rule allows the Service's port; the pods listen on targetPort 8080",
  object: "NetworkPolicy shop/web-egress",
  field: "spec.egress[0].ports[0].port",
  file: "web egress/web.yaml",
  line: 2,
  column: 15,
  label: "Service shop/api maps 80 to 8080 (api-svc.yaml:9)",
  help: "use `port: 8080`, or the named port `http` (3 of 3 pods declare it)",
};
const live: Finding = {
  code: "NP402",
  severity: "info",
  message: "no policy selects this pod",
  object: "Deployment shop/api",
};
const report = (findings: readonly Finding[]): FindingReport => ({
  kind: "LintReport",
  verb: "lint",
  rules: lintCodes,
  findings,
});
const source = "    ports:\n      - port: 80 # http\n";
const texts = (): string => source;

const words = fc.string({ unit: "binary", maxLength: 60 });
const anyFinding: fc.Arbitrary<Finding> = fc.record(
  {
    code: fc.constantFrom("NP101", "NP204", "XX"),
    severity: fc.constantFrom("error" as const, "warning" as const, "info" as const),
    message: words,
    object: words,
    field: words,
    file: words,
    line: fc.integer({ min: 1, max: 3 }),
    column: fc.integer({ min: 1, max: 200 }),
    label: words,
    help: words,
  },
  { requiredKeys: ["code", "severity", "message", "object"] },
);
const anyReport = fc.array(anyFinding, { maxLength: 4 }).map(report);

describe("text", () => {
  it("shows the line, carets under the value, and help, as compilers do", () => {
    expect(findingsText(report([servicePort, live]), texts)).toBe(`\
error[NP204]: the rule allows the Service's port; the pods listen on targetPort 8080
 --> web egress/web.yaml:2:15   NetworkPolicy shop/web-egress  spec.egress[0].ports[0].port
  |
2 |       - port: 80 # http
  |               ^^ Service shop/api maps 80 to 8080 (api-svc.yaml:9)
  = help: use \`port: 8080\`, or the named port \`http\` (3 of 3 pods declare it)

info[NP402]: no policy selects this pod
 --> Deployment shop/api

2 findings: 1 error, 1 info
`);
  });

  it(
    "is never wider than 100 columns",
    () => {
      const lines = fc.array(fc.string({ maxLength: 300 }), { maxLength: 3 });
      search(
        "text, width",
        { cases: fc.record({ each: anyReport, lines }), inTest: 300 },
        ({ each, lines }) => {
          const text = findingsText(each, () => lines.join("\n"));
          for (const line of text.split("\n")) if (line.length > 100) throw new Error(line);
          return text.length;
        },
      );
    },
    SEARCH_TIMEOUT,
  );

  it.each([
    ["      - port: 80", 15, "80"],
    ["port: http # name", 7, "http"],
    ['{"port": "http", "a": 1}', 10, '"http"'],
    ["{matchLabels: {app: web}}", 21, "web"],
    ["from: [{podSelector: {}}, {}] # x", 7, "[{podSelector: {}}, {}]"],
    ["- podSelector:", 3, "podSelector"],
    ["cidr: 2001:db8::/32", 7, "2001:db8::/32"],
    ["note: a,b", 7, "a,b"],
    ["", 1, " "],
    ["short", 50, " "],
  ])("finds how wide a value is: %s at %d", (line, column, value) => {
    expect(valueWidth(line, column)).toBe(value.length);
  });
});

describe("json", () => {
  it("has the documented keys, and leaves out what nobody knows", () => {
    const { apiVersion, kind, findings } = JSON.parse(findingsJson(report([servicePort, live]))) as Record<
      string,
      unknown
    >;
    const { label: _label, ...shown } = servicePort;
    expect({ apiVersion, kind, findings }).toEqual({
      apiVersion: "selvedge.dev/v1alpha1",
      kind: "LintReport",
      findings: [shown, live],
    });
  });
});

describe("sarif", () => {
  it("is valid by the schema of SARIF 2.1.0, whatever findings hold", () => {
    search("sarif", { cases: anyReport, inTest: 100 }, (each) => {
      const faults = sarifFaults(JSON.parse(findingsSarif(each, texts, "1.2.3")));
      if (faults.length > 0) throw new Error(faults.join("\n"));
      return each.findings.length;
    });
    // The schema does bite.
    expect(sarifFaults({ version: "2.1.0", runs: [{ results: [] }] })).not.toEqual([]);
  });

  it("places a finding, and knows it again when its line moves", () => {
    const at = (line: number): unknown => {
      const log = JSON.parse(findingsSarif(report([{ ...servicePort, line }]), texts, "1.2.3")) as {
        runs: { results: { locations: unknown[]; partialFingerprints: unknown; ruleIndex: number }[] }[];
      };
      return log.runs[0]?.results[0];
    };
    expect(at(2)).toMatchObject({
      ruleId: "NP204",
      ruleIndex: lintCodes.findIndex(({ code }) => code === "NP204"),
      level: "error",
      locations: [
        {
          physicalLocation: {
            artifactLocation: { uri: "web%20egress/web.yaml" },
            region: { startLine: 2, startColumn: 15, endColumn: 17 },
          },
        },
      ],
    });
    expect((at(2) as { partialFingerprints: unknown }).partialFingerprints).toEqual(
      (at(1) as { partialFingerprints: unknown }).partialFingerprints,
    );
  });
});

describe("junit", () => {
  it.each(junitSchemas)(
    "is valid by %s, whatever findings hold",
    async (name) => {
      const reports = [report([]), report([servicePort, live]), ...fc.sample(anyReport, 20)];
      const texts = reports.map((each) => findingsJunit(each, AT));
      expect(await junitFaults(name, texts)).toEqual([]);
      expect(await junitFaults(name, ["<testsuites><testsuite/></testsuites>"])).not.toEqual([]);
    },
    SEARCH_TIMEOUT,
  );

  it("counts findings as failures, and codes without one as passed", () => {
    const xml = findingsJunit(report([servicePort]), AT);
    expect(xml).toContain(`tests="${lintCodes.length}" failures="1"`);
    expect(xml).toContain('<testcase name="NP101 selects-nothing" classname="selvedge.lint" time="0"/>');
  });
});

describe("github", () => {
  it("writes one workflow command a finding, with nothing in it that ends one", () => {
    expect(
      findingsGithub(report([{ ...servicePort, file: "a,b:c.yaml", message: "50%\nof it" }, live])),
    ).toBe(
      "::error file=a%2Cb%3Ac.yaml,line=2,col=15,title=NP204 NetworkPolicy shop/web-egress::50%25%0Aof it%0Ahelp: " +
        "use `port: 8080`, or the named port `http` (3 of 3 pods declare it)\n" +
        "::notice title=NP402 Deployment shop/api::no policy selects this pod\n",
    );
    search("github", { cases: anyReport, inTest: 100 }, (each) => {
      const lines = findingsGithub(each).split(/\r\n|\r|\n/);
      if (lines.length !== each.findings.length + 1) throw new Error(findingsGithub(each));
      return each.findings.length;
    });
  });
});

describe("md", () => {
  it("is a table of four columns, whatever findings hold", () => {
    expect(findingsMarkdown(report([]))).toBe("### selvedge lint: no findings\n");
    search("md", { cases: anyReport, inTest: 100 }, (each) => {
      const rows = findingsMarkdown(each)
        .split("\n")
        .filter((line) => line.startsWith("| "))
        .slice(2);
      for (const row of rows) {
        // A backslash before a bar keeps it from ending a cell.
        const bars = row.replaceAll(/\\./gu, "").split("|").length - 1;
        if (bars !== 5) throw new Error(row);
      }
      if (rows.length !== each.findings.length) throw new Error(findingsMarkdown(each));
      return rows.length;
    });
  });
});
