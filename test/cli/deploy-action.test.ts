import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
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
    readonly steps: readonly {
      readonly shell?: string;
      readonly run?: string;
      readonly env?: Readonly<Record<string, string>>;
    }[];
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
    const input = (name = ""): string => {
      if (!(name in action.inputs)) throw new Error(`the action has no input ${name}`);
      return inputs[name] ?? action.inputs[name]?.default ?? "";
    };
    // `a || b` is the only operator there is, and `format` of one value the only function.
    const values = expression
      .replace(/^\$\{\{(.*)\}\}$/, "$1")
      .split("||")
      .map((part) => {
        const [, words, name] = /^ *format\('([^']*)', inputs\.([a-z-]+)\) *$/.exec(part) ?? [];
        if (words !== undefined) return words.replace("{0}", input(name));
        return input(/^ *inputs\.([a-z-]+) *$/.exec(part)?.[1]);
      });
    return values.find((value) => value !== "") ?? "";
  };
  const env = Object.fromEntries(Object.entries(step?.env ?? {}).map(([name, value]) => [name, fill(value)]));
  if (step?.shell !== "sh") throw new Error("the runner has a line of its own for every shell");
  // As the runner does for `shell: sh`: https://docs.github.com/actions/reference/workflow-syntax-for-github-actions
  const { status, stdout, stderr } = spawnSync("sh", ["-e", fileWith(step.run ?? "false", "step.sh")], {
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

  it("runs the npm package of the version that is asked for, unless it is told a command", () => {
    const folder = mkdtempSync(join(tmpdir(), "selvedge-npx-"));
    writeFileSync(join(folder, "npx"), '#!/bin/sh\necho "npx $*"\n', { mode: 0o755 });
    const path = { PATH: `${folder}:${process.env["PATH"]}`, GITHUB_STEP_SUMMARY: "" };
    const { status, stdout } = runAction({ files: "a b.yaml\nc", version: "0.1.0" }, path);
    expect(status).toBe(0);
    expect(stdout).toBe("npx --yes selvedge@0.1.0 lint -f a b.yaml -f c -o github --fail-on warning\n");
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

interface Hook {
  readonly id: string;
  readonly entry: string;
  readonly args: readonly string[];
  readonly language: string;
}

describe("the pre-commit hooks", () => {
  const hooks = read(".pre-commit-hooks.yaml") as readonly Hook[];
  const { bin, scripts } = read("package.json") as Record<"bin" | "scripts", Record<string, string>>;

  it.each(hooks)("$id runs a command that there is", ({ entry, args }) => {
    const [program = "", ...words] = entry.split(" ");
    const { status, stdout } = spawnSync(join(root, bin[program] ?? "nowhere"), [...words, ...args], {
      cwd: join(root, "fixtures/ports"),
      encoding: "utf8",
    });
    expect(status).toBe(1);
    expect(stdout).toContain("error[NP202]");
  });

  it("are built on the ways on which pre-commit installs: packed, or by npm from git", () => {
    expect(hooks.map(({ language }) => language)).toEqual(["node", "system"]);
    expect(scripts["prepack"]).toBe(scripts["build"]);
    const [shell = "", ...prepare] = scripts["prepare"]?.split(" ") ?? [];
    const prepared = (from: string): Ran => {
      const folder = mkdtempSync(join(tmpdir(), "selvedge-from-git-"));
      for (const name of ["scripts", "node_modules/esbuild", "bin"])
        mkdirSync(join(folder, name), { recursive: true });
      cpSync(join(root, prepare[0] ?? ""), join(folder, prepare[0] ?? ""));
      writeFileSync(join(folder, "scripts/build.ts"), "console.log('built')");
      writeFileSync(join(folder, "bin/node"), '#!/bin/sh\necho "node $*"\n', { mode: 0o755 });
      const env = {
        ...process.env,
        PATH: `${folder}/bin:${process.env["PATH"]}`,
        npm_package_resolved: from,
      };
      const { status, stdout, stderr } = spawnSync(shell, prepare, { cwd: folder, env, encoding: "utf8" });
      return { status, stdout, stderr };
    };
    expect(prepared("git+file:///somewhere")).toEqual({
      status: 0,
      stdout: "",
      stderr: "node scripts/build.ts\n",
    });
    // `npm install` in a checkout builds nothing.
    expect(prepared("")).toEqual({ status: 0, stdout: "", stderr: "" });
  });
});
