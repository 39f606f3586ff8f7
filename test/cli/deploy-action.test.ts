import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { np204 } from "../../src/analysis/lint/rules/np204-service-port.ts";
import { type Ran, fileWith, root } from "./selvedge.ts";

interface Action {
  readonly inputs: Readonly<Record<string, { readonly default?: string }>>;
  readonly runs: {
    readonly using: string;
    readonly steps: readonly { readonly run?: string; readonly env?: Readonly<Record<string, string>> }[];
  };
}

const read = (path: string): unknown => parse(readFileSync(join(root, path), "utf8"));
const action = read("deploy/action/action.yml") as Action;

/** Runs the action's own shell line, its expressions filled in as GitHub would. */
function runAction(
  inputs: Readonly<Record<string, string>>,
  more: Readonly<Record<string, string>> = {},
): Ran {
  const [step] = action.runs.steps;
  const fill = (expression: string): string => {
    if (expression.includes("github.action_path")) return join(root, "deploy/action");
    const names = [...expression.matchAll(/inputs\.([a-z-]+)/g)].map(([, name = ""]) => name);
    const values = names.map((name) => {
      if (!(name in action.inputs)) throw new Error(`the action has no input ${name}`);
      return inputs[name] ?? action.inputs[name]?.default ?? "";
    });
    // `a || b` is the only operator there is.
    return values.find((value) => value !== "") ?? "";
  };
  const env = Object.fromEntries(Object.entries(step?.env ?? {}).map(([name, value]) => [name, fill(value)]));
  const { status, stdout, stderr } = spawnSync("sh", ["-c", step?.run ?? "false"], {
    env: { ...process.env, ...env, ...more },
    encoding: "utf8",
    cwd: root,
  });
  return { status, stdout, stderr };
}

const command = join(root, "bin/selvedge");

describe("the GitHub Action", () => {
  it("is a composite action whose steps ask only for inputs that it has", () => {
    expect(action.runs.using).toBe("composite");
    const asked = [...JSON.stringify(action.runs).matchAll(/inputs\.([a-z-]+)/g)].map(
      ([, name = ""]) => name,
    );
    expect(new Set(asked).difference(new Set(Object.keys(action.inputs)))).toEqual(new Set());
  });

  it("annotates, writes SARIF and a summary, and fails", () => {
    const folder = mkdtempSync(join(tmpdir(), "selvedge action "));
    const [sarif, summary] = [join(folder, "lint.sarif"), join(folder, "summary.md")];
    const files = `${fileWith(np204.bad)}\n\nfixtures/tenants\n`;
    const { status, stdout } = runAction({ files, command, sarif }, { GITHUB_STEP_SUMMARY: summary });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::error file=.*manifest\.yaml,line=26,col=17,title=NP204 /m);
    expect(stdout).toMatch(/^::error file=fixtures\/tenants\/blue\.yaml/m);
    expect(JSON.parse(readFileSync(sarif, "utf8"))).toHaveProperty("version", "2.1.0");
    expect(readFileSync(summary, "utf8")).toContain("| NP204 |");
  });

  it("tells at its edit what a pull request opens, and sums it up", () => {
    const folder = mkdtempSync(join(tmpdir(), "selvedge-action-"));
    const summary = join(folder, "summary.md");
    const inputs = {
      files: "fixtures/shop/policies.yaml\nfixtures/shop/workloads.yaml",
      command,
      verbs: "diff",
    };
    const against = join(folder, "old");
    mkdirSync(against);
    for (const name of ["namespaces", "workloads"])
      cpSync(join(root, `fixtures/shop/${name}.yaml`), join(against, `${name}.yaml`));
    const files = `${inputs.files}\nfixtures/shop/namespaces.yaml`;
    const { status, stdout } = runAction({ ...inputs, files, against }, { GITHUB_STEP_SUMMARY: summary });
    expect(status).toBe(1);
    expect(stdout).toMatch(
      /^::warning file=fixtures\/shop\/policies\.yaml,line=\d+,col=\d+,title=DF10[24] NetworkPolicy shop\//m,
    );
    expect(readFileSync(summary, "utf8")).toMatch(/^### selvedge diff: .* closed/);
    // Nothing opens.
    expect(runAction({ ...inputs, files, against, "diff-fail-on": "opened,widened" }).status).toBe(0);
  });

  it("tests the intents among the files, or those that are named", () => {
    const summary = join(mkdtempSync(join(tmpdir(), "selvedge-action-")), "summary.md");
    const inputs = { files: "fixtures/shop", command, verbs: "test" };
    expect(runAction(inputs, { GITHUB_STEP_SUMMARY: summary })).toMatchObject({ status: 0, stdout: "" });
    expect(readFileSync(summary, "utf8")).toMatch(/^### selvedge test: 5 intents, \d+ pairs: 5 hold/);
    const broken = fileWith(
      "apiVersion: selvedge.dev/v1alpha1\nkind: Intents\nnamespace: shop\nintents:\n" +
        "  - deny: { from: front, to: api, ports: [http] }\n    because: nobody may\n",
      "a.intent.yaml",
    );
    const { status, stdout } = runAction({ ...inputs, intents: broken });
    expect(status).toBe(1);
    expect(stdout).toMatch(/^::error file=.*a\.intent\.yaml,line=5,col=5,title=IN102 /m);
  });

  it.each([
    ["what is not grave enough", { "fail-on": "never" }, 0],
    ["no files", { files: "\n" }, 2],
    ["an unknown verb", { verbs: "lint sing" }, 2],
    ["diff without a base", { verbs: "diff" }, 2],
    ["a file that is not there", { files: "nowhere.yaml" }, 2],
  ])("exits as it should: %s", (_what, inputs, status) => {
    expect(runAction({ files: fileWith(np204.bad), command, ...inputs }).status).toBe(status);
  });
});

describe("the pre-commit hook", () => {
  it("runs a command that there is", () => {
    const [hook] = read(".pre-commit-hooks.yaml") as { id: string; entry: string; language: string }[];
    expect(hook).toMatchObject({ id: "selvedge-lint", language: "node" });
    const [program = "", ...args] = (hook?.entry ?? "").split(" ");
    const { bin, scripts } = read("package.json") as Record<"bin" | "scripts", Record<string, string>>;
    // For `language: node` pre-commit packs the checkout, which has no bundle, and installs the tarball.
    expect(scripts["prepack"]).toBe(scripts["build"]);
    const { status } = spawnSync(join(root, bin[program] ?? "nowhere"), args, {
      cwd: join(root, "fixtures/ports"),
      encoding: "utf8",
    });
    expect(status).toBe(1);
  });
});
