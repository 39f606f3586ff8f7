import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { join } from "node:path";
import { type Exec, execOrThrow, prefixExec, processExec } from "../../src/kernel/exec.ts";
import { type Ran, root } from "../cli/selvedge.ts";

/** A network namespace of a test's own: nothing in it, and nothing of the machine's in reach. */
export interface OwnNetns {
  /** The words that put a command into it. */
  readonly enter: readonly [string, ...string[]];
  readonly exec: Exec;
  /** Runs a shell line in it; a failure is an exception. */
  sh(line: string, input?: string): Promise<string>;
  /** Runs the very program that is installed in it. */
  selvedge(...args: readonly string[]): Ran;
  /** Starts a program in it, whose first words on standard output say that it is ready. */
  start(command: string, ...args: readonly string[]): Promise<ChildProcess>;
  remove(): Promise<void>;
}

let made = 0;

export async function ownNetns(): Promise<OwnNetns> {
  made += 1;
  const name = `selvedge-test-${process.pid}-${made}`;
  await execOrThrow(processExec, { command: "ip", args: ["netns", "add", name] });
  // Its /sys is its own, as a node's is.
  const enter = ["ip", "netns", "exec", name] as const;
  const exec = prefixExec(processExec, [...enter]);
  const sh: OwnNetns["sh"] = (line, input = "") =>
    execOrThrow(exec, { command: "sh", args: ["-ec", line], input });
  await sh("ip link set lo up");
  return {
    enter,
    exec,
    sh,
    selvedge: (...args) => {
      const [command, ...rest] = [...enter, join(root, "bin/selvedge"), ...args];
      const { status, stdout, stderr } = spawnSync(command ?? "", rest, { cwd: root, encoding: "utf8" });
      return { status, stdout, stderr };
    },
    start: async (...command) => {
      const [first, ...rest] = enter;
      const child = spawn(first, [...rest, ...command], { stdio: ["ignore", "pipe", "inherit"] });
      await new Promise((resolve, reject) => {
        child.stdout.once("data", resolve);
        child.once("exit", () => reject(new Error(`${command[0]} ended before it was ready`)));
      });
      return child;
    },
    remove: async () => {
      await execOrThrow(processExec, { command: "ip", args: ["netns", "del", name] });
    },
  };
}
