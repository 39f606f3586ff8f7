import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { constants, getPriority, setPriority } from "node:os";
import { writeLines } from "./write-lines.ts";

/** One process to run: no shell, arguments as they are. */
export interface ExecRequest {
  readonly command: string;
  readonly args: readonly string[];
  /** Written to standard input line by line, which is closed after it; if this process dies, it ends after a line. */
  readonly input?: string;
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Milliseconds until the process is killed; default 60,000. */
  readonly timeoutMs?: number;
  /** How much it stands back for others that want the CPU, as nice(1) counts; default 0. */
  readonly niceness?: number;
}

/** What a process left behind. `code` follows the shell: 127 not found, 124 timed out, 128+n signal n. */
export interface ExecResult {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * The only door to other programs. A failure to start or to finish in time is a result like any other,
 * so that callers have one place to look; nothing here throws.
 *
 * Narrow on purpose: tests put a fault injector in its place, and the lab puts `nsenter` in front of it.
 */
export type Exec = (request: ExecRequest) => Promise<ExecResult>;

const NOT_FOUND = 127;
const TIMED_OUT = 124;
const SIGNALLED = 128;

function standBack(pid: number, niceness: number): void {
  try {
    setPriority(pid, Math.min(getPriority(pid) + niceness, 19));
  } catch {
    // It has ended already, or may not: then it takes its turn as everybody does.
  }
}

/** Runs the program on this machine, in this process's namespaces. */
export const processExec: Exec = ({ command, args, input, env, timeoutMs = 60_000, niceness = 0 }) =>
  new Promise((resolve) => {
    const notRun = (error: unknown): void => {
      const said = error instanceof Error ? error.message : String(error);
      resolve({ code: NOT_FOUND, stdout: "", stderr: `${command}: ${said}` });
    };
    let child: ChildProcessWithoutNullStreams;
    try {
      child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
    } catch (error) {
      // Arguments that no program can be given, or a machine out of memory: spawn throws these, and emits the others.
      notRun(error);
      return;
    }
    if (niceness > 0 && child.pid !== undefined) standBack(child.pid, niceness);
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const settle = (code: number, note = ""): void => {
      clearTimeout(timer);
      resolve({
        code,
        stdout: Buffer.concat(stdout).toString(),
        stderr: Buffer.concat(stderr).toString() + note,
      });
    };
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      settle(TIMED_OUT, `${command}: no answer within ${timeoutMs} ms`);
      // Its children may hold the pipes open as long as they like.
      for (const pipe of child.stdio) pipe?.destroy();
    }, timeoutMs);
    child.stdout.on("data", (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on("data", (chunk: Buffer) => stderr.push(chunk));
    // A program that does not read its input closes the pipe; its exit code tells the story.
    child.stdin.on("error", () => undefined);
    child.once("error", (error) => {
      clearTimeout(timer);
      notRun(error);
    });
    child.once("close", (code, signal) =>
      settle(code ?? SIGNALLED + (signal === null ? 0 : constants.signals[signal])),
    );
    void writeLines(child.stdin, input ?? "").then(() => child.stdin.end());
  });

/** Puts words in front of every command, as `nsenter --net=… --` does. */
export function prefixExec(exec: Exec, prefix: readonly [string, ...string[]]): Exec {
  const [command, ...first] = prefix;
  return (request) => exec({ ...request, command, args: [...first, request.command, ...request.args] });
}

/** Weighs a third of what others weigh (sched(7)): it goes on, and nobody waits for it. */
const BACKGROUND = 5;

/** Runs every program so that it stands back for others. */
export const inBackground =
  (exec: Exec): Exec =>
  (request) =>
    exec({ niceness: BACKGROUND, ...request });

/** Runs and returns standard output; a non-zero exit is an exception, for callers to whom it is a bug or the end. */
export async function execOrThrow(exec: Exec, request: ExecRequest): Promise<string> {
  const result = await exec(request);
  if (result.code !== 0) {
    const said = (result.stderr || result.stdout).trim();
    throw new Error(
      `${request.command} ${request.args.join(" ")}: exit ${result.code}${said ? `: ${said}` : ""}`,
    );
  }
  return result.stdout;
}
