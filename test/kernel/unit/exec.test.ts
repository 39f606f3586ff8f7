import { describe, expect, test } from "vitest";
import { type ExecRequest, execOrThrow, prefixExec, processExec } from "../../../src/kernel/exec.ts";

/** A shell's work, as other programs are run. */
const sh = (script: string, more: Partial<ExecRequest> = {}): ExecRequest => ({
  command: "sh",
  args: ["-c", script],
  ...more,
});

const run = (script: string, more: Partial<ExecRequest> = {}) => processExec(sh(script, more));

describe("a process", () => {
  test("leaves its code and what it said", async () => {
    expect(await run("echo out; echo err >&2; exit 3")).toEqual({
      code: 3,
      stdout: "out\n",
      stderr: "err\n",
    });
  });

  test("takes its arguments as they are: no shell reads them", async () => {
    const args = ["%s\\n", "a b", "$HOME", "*", "'\"", "--", ""];
    const { stdout } = await processExec({ command: "printf", args });
    expect(stdout).toBe("a b\n$HOME\n*\n'\"\n--\n\n");
  });

  test("is given its input, and the end of it", async () => {
    const input = "grüße\n".repeat(50_000);
    expect(await run("cat", { input })).toMatchObject({ code: 0, stdout: input });
    expect(await run("cat")).toMatchObject({ code: 0, stdout: "" });
  });

  test("that does not read its input tells the story by its code", async () => {
    const input = "x".repeat(5_000_000);
    expect(await run("exec 0<&-; exit 4", { input })).toMatchObject({ code: 4 });
    expect(await run("true", { input })).toMatchObject({ code: 0 });
  });

  test("stands back for others, where that is asked for", async () => {
    const script = "read line; nice";
    const [usual, back] = await Promise.all([
      run(script, { input: "now\n" }),
      run(script, { input: "now\n", niceness: 5 }),
    ]);
    expect(Number(back.stdout)).toBe(Math.min(19, Number(usual.stdout) + 5));
  });

  test("has this process's environment, and more", async () => {
    const { stdout } = await run('echo "$MORE ${PATH:+path}"', { env: { MORE: "more" } });
    expect(stdout).toBe("more path\n");
  });

  test.each([
    ["TERM", 143],
    ["KILL", 137],
    ["SEGV", 139],
  ])("that SIG%s ended is told as a shell tells it", async (name, code) => {
    expect(await run(`kill -${name} $$`)).toMatchObject({ code });
  });
});

describe("what cannot be run is a result, too", () => {
  test.each<{ what: string; request: ExecRequest }>([
    { what: "a program that is missing", request: { command: "no-such-program", args: [] } },
    { what: "a file that is no program", request: { command: "/etc/passwd", args: [] } },
    { what: "no name at all", request: { command: "", args: [] } },
    { what: "an argument with a NUL in it", request: { command: "true", args: ["a\0b"] } },
    { what: "an argument that is too long", request: { command: "true", args: ["x".repeat(3_000_000)] } },
  ])("$what", async ({ request }) => {
    const { code, stdout, stderr } = await processExec(request);
    expect({ code, stdout }).toEqual({ code: 127, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^${request.command}: .`));
  });
});

describe("a process that does not end in time", () => {
  test("is killed; what it said until then is kept", async () => {
    const { code, stdout, stderr } = await run("echo begun; exec sleep 600", { timeoutMs: 200 });
    expect({ code, stdout }).toEqual({ code: 124, stdout: "begun\n" });
    expect(stderr).toBe("sh: no answer within 200 ms");
  });

  test("is not waited for through its children", async () => {
    const { code, stdout } = await run("sleep 600 & echo $!; wait", { timeoutMs: 200 });
    expect(code).toBe(124);
    // It lives, and holds the pipe open: this is what was not waited for.
    expect(process.kill(Number(stdout), "SIGKILL")).toBe(true);
  });

  test("is told from one that ended at once", async () => {
    expect(await run("exit 124", { timeoutMs: 60_000 })).toEqual({ code: 124, stdout: "", stderr: "" });
  });
});

test("a prefix goes before every command", async () => {
  const inEnv = prefixExec(processExec, ["env", "WHERE=there"]);
  expect(await inEnv(sh('cat; echo "$WHERE"', { input: "in\n" }))).toMatchObject({ stdout: "in\nthere\n" });
});

describe("where a failure is the end", () => {
  test("output is all that is left of success", async () => {
    expect(await execOrThrow(processExec, sh("echo ok; echo noise >&2"))).toBe("ok\n");
  });

  test.each([
    ["echo out; echo why >&2; exit 2", "sh -c echo out; echo why >&2; exit 2: exit 2: why"],
    ["echo out; exit 2", "sh -c echo out; exit 2: exit 2: out"],
    ["exit 2", "sh -c exit 2: exit 2"],
  ])("the exception says what was run and what it said: %s", async (script, message) => {
    await expect(execOrThrow(processExec, sh(script))).rejects.toThrow(new Error(message));
  });
});
