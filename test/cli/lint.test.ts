import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { np106 } from "../../src/analysis/lint/rules/np106-unknown-field.ts";
import { np204 } from "../../src/analysis/lint/rules/np204-service-port.ts";
import { np301 } from "../../src/analysis/lint/rules/np301-redundant-rule.ts";
import { np402 } from "../../src/analysis/lint/rules/np402-unselected-pod.ts";
import { fileWith, root, selvedge } from "./selvedge.ts";

const lint = (text: string, ...flags: string[]): ReturnType<typeof selvedge> =>
  selvedge(["lint", "-f", "-", ...flags], text);

/** A rule that says the same as another, with comments everywhere and quotes of both kinds. */
const commented = `# who may ask the api
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {namespace: shop, name: api}
spec:
  podSelector: {}   # all of them
  policyTypes: ["Ingress"]
  ingress:
    # the shop window
    - from:
        - podSelector: {matchLabels: {app: 'web'}}
    # again, by port
    - from:
        - podSelector: {matchLabels: {app: web}} # the same
      ports:
        - port: 8080 # http
    # nothing below
---
apiVersion: v1
kind: Pod
metadata: {namespace: shop, name: web, labels: {app: web}}
spec: {containers: []}
`;

describe("selvedge lint", () => {
  it("exits with 0 where nothing is found, 1 where something is, and shows it with its place", () => {
    expect(lint(np204.good)).toEqual({ status: 0, stdout: "no findings\n", stderr: "" });
    const { status, stdout, stderr } = lint(np204.bad);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout).toContain(
      "error[NP204]: the rule allows the Service's port; the pods listen on targetPort 8080\n",
    );
    expect(stdout).toMatch(
      /^26 \| +- port: 80\n +\| +\^\^ Service shop\/api maps 80 to 8080 \(<stdin>:11\)$/m,
    );
    // oxlint-disable-next-line no-control-regex -- an escape is what must not be there
    expect(stdout).not.toMatch(/\u001B/);
  });

  it("tells of an unknown field once, at its name", () => {
    const { status, stdout, stderr } = lint(np106.bad);
    expect({ status, stderr }).toEqual({ status: 1, stderr: "" });
    expect(stdout.match(/unknown|no field/g)).toHaveLength(1);
    expect(stdout).toMatch(/^\d+ \| +- form:\n +\| +\^{4} is left out$/m);
    // Other verbs have no finding for it, and warn.
    expect(selvedge(["map", "-f", "-"], np106.bad).stderr).toMatch(/^selvedge: warning: .*unknown field/m);
  });

  it.each([
    ["an info does not fail", np402.bad, [], 0],
    ["but where it is asked to", np402.bad, ["--fail-on", "info"], 1],
    ["never means never", np204.bad, ["--fail-on", "never"], 0],
    ["a code that is ignored", np204.bad, ["--ignore", "NP204"], 0],
    ["a code that is not selected", np204.bad, ["--select", "np101,NP301"], 0],
    ["one that is", np204.bad, ["--select", "np204"], 1],
    ["less grave than --severity", np301.bad, ["--severity", "error"], 0],
  ])("%s", (_what, text, flags, status) => {
    expect(lint(text, ...flags).status).toBe(status);
  });

  it.each([
    ["an unknown code", ["--select", "NP999"], /no rule NP999/],
    ["--fix of standard input", ["--fix"], /standard input is none/],
    ["--dry-run alone", ["--dry-run"], /goes with --fix/],
  ])("refuses %s with 2", (_what, flags, message) => {
    const { status, stdout, stderr } = lint(np204.good, ...flags);
    expect({ status, stdout }).toEqual({ status: 2, stdout: "" });
    expect(stderr).toMatch(message);
  });

  it("writes every format", () => {
    expect(JSON.parse(lint(np204.bad, "-o", "json").stdout)).toMatchObject({
      apiVersion: "selvedge.dev/v1alpha1",
      kind: "LintReport",
      findings: [{ code: "NP204", file: "<stdin>", line: 26, column: 17, object: "NetworkPolicy shop/api" }],
    });
    expect(JSON.parse(lint(np204.bad, "-o", "sarif").stdout)).toHaveProperty(
      "runs[0].results[0].ruleId",
      "NP204",
    );
    expect(lint(np204.bad, "-o", "github").stdout).toMatch(
      /^::error file=<stdin>,line=26,col=17,title=NP204 /,
    );
    expect(lint(np204.bad, "-o", "junit").stdout).toContain("<testsuites>");
    expect(lint(np204.bad, "-o", "md").stdout).toContain("| NP204 |");
  });

  it("--fix --dry-run says so where nothing can be mended", () => {
    const { stdout, stderr } = selvedge(["lint", "-f", "fixtures/ports", "--fix", "--dry-run"]);
    expect(stdout).toBe("");
    expect(stderr).toBe("selvedge: nothing here can be mended without a change of meaning\n");
  });

  it("--fix --dry-run shows a diff and writes nothing; --fix writes just that", () => {
    const file = fileWith(commented);
    const patch = selvedge(["lint", "-f", file, "--fix", "--dry-run"]).stdout;
    expect(readFileSync(file, "utf8")).toBe(commented);
    expect(patch.split("\n").filter((line) => /^[-+](?![-+])/.test(line))).toEqual([
      "-    - from:",
      "-        - podSelector: {matchLabels: {app: web}} # the same",
      "-      ports:",
      "-        - port: 8080 # http",
    ]);
    const { status, stderr, stdout } = selvedge(["lint", "-f", file, "--fix"]);
    expect({ status, stderr, stdout }).toEqual({
      status: 0,
      stderr: `selvedge: ${file}: 1 finding mended\n`,
      stdout: "no findings\n",
    });
    const lines = commented.split("\n");
    expect(readFileSync(file, "utf8")).toBe([...lines.slice(0, 12), ...lines.slice(16)].join("\n"));
  });

  it("silences what a comment with a reason silences, and says where one is of no use", () => {
    const on = (comment: string): string => np204.bad.replace("- port: 80", `- port: 80 ${comment}`);
    expect(lint(on("# selvedge-ignore NP204: the mesh listens there")).status).toBe(0);
    expect(lint(on("# selvedge-ignore NP204")).stdout).toMatch(
      /error\[NP001\].*\n(.*\n)*.*error\[NP204\]|error\[NP204\](.*\n)*.*error\[NP001\]/,
    );
    expect(lint(on("# selvedge-ignore NP101: nobody there")).stdout).toContain("warning[NP002]");
  });
});

describe("selvedge rule", () => {
  it("explains a code, in whatever case, with an example of bad and good", () => {
    const { status, stdout } = selvedge(["rule", "np204"]);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^error\[NP204\] service-port\n/);
    expect(stdout).toContain(np204.bad.split("\n")[0]);
    expect(stdout.split("\n").every((line) => line.length <= 100)).toBe(true);
  });

  it("lists all, and refuses what is none", () => {
    expect(selvedge(["rule"]).stdout).toMatch(/^NP001 .*\n(.*\n)*NP403 /);
    expect(selvedge(["rule", "NP999"])).toMatchObject({ status: 2, stdout: "" });
  });

  it("is what docs/lint.md says", () => {
    const page = readFileSync(join(root, "docs/lint.md"), "utf8");
    expect(page.includes(selvedge(["rule", "-o", "md"]).stdout)).toBe(true);
  });
});
