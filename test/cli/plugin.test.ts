import { spawnSync } from "node:child_process";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type Ran, root } from "./selvedge.ts";

const env = { ...process.env, PATH: `${join(root, "bin")}:${process.env["PATH"] ?? ""}` };
const hasKubectl = spawnSync("kubectl", ["version", "--client"], { env }).status === 0;

function run(command: string, ...args: string[]): Ran {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, env, encoding: "utf8" });
  return { status, stdout, stderr };
}

describe("kubectl-selvedge", () => {
  it("is selvedge, and says so in its usage and examples", () => {
    const { status, stdout } = run("kubectl-selvedge", "can", "--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^Usage: kubectl selvedge can /);
    expect(stdout).toContain("\n  kubectl selvedge can -f manifests/ shop/front shop/api:http\n");
    expect(stdout).not.toMatch(/(?<!kubectl )selvedge can/);
  });

  it("answers kubectl's completion in its own words", () => {
    const { status, stdout } = run("kubectl_complete-selvedge", "ma");
    expect({ status, stdout }).toEqual({ status: 0, stdout: expect.stringMatching(/^map\t.*\n:4\n$/) });
    expect(run("kubectl_complete-selvedge", "map", "-f", "").stdout).toBe(":0\n");
  });

  it.skipIf(!hasKubectl)("completes under kubectl (needs kubectl on the PATH)", () => {
    expect(run("kubectl", "__complete", "selvedge", "ma").stdout).toMatch(/^map\t.*\n:4\n$/);
  });

  it.skipIf(!hasKubectl)("is found and run by kubectl (needs kubectl on the PATH)", () => {
    expect(run("kubectl", "plugin", "list").stdout).toContain("kubectl-selvedge");
    const args = ["can", "-f", "fixtures/shop", "shop/front", "shop/api:http"];
    expect(run("kubectl", "selvedge", ...args)).toEqual({ status: 0, stdout: "yes\n", stderr: "" });
    expect(run("kubectl", "selvedge", ...args.slice(0, 3), "shop/api", "shop/front:http").status).toBe(1);
    expect(run("kubectl", "selvedge", "--help").stdout).toMatch(/^Usage: kubectl selvedge /);
  });
});
