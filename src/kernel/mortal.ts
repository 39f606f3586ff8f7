import { spawnSync } from "node:child_process";
import type { Exec } from "./exec.ts";

interface Command {
  readonly command: string;
  readonly args: readonly string[];
}

/** Has the kernel kill the program when the process that started it ends, however it ends; it keeps its process id. */
const setpriv = ({ command, args }: Command): Command => ({
  command: "setpriv",
  args: ["--pdeathsig", "KILL", "--", command, ...args],
});

const asItIs = (command: Command): Command => command;

let known: typeof setpriv | undefined;

/** Asked of setpriv itself, once: BusyBox has one that knows no such option. */
function way(): typeof setpriv {
  const { command, args } = setpriv({ command: "true", args: [] });
  return (known ??= spawnSync(command, args, { stdio: "ignore" }).status === 0 ? setpriv : asItIs);
}

/**
 * The words for a program that is not to outlive this process: one that is left waiting for the xtables lock would write
 * what nobody wants any more, and a reader of the kernel's log would keep it from the next. Node has no prctl, so
 * setpriv (util-linux) asks for it; where there is none, the program ends when it finds its pipes closed.
 *
 * The kernel forgets it when the program becomes another user; and it minds the thread, so call it from the main one.
 */
export const mortal = (command: Command): Command => way()(command);

/** Runs programs that end with this process. */
export const mortalExec =
  (exec: Exec): Exec =>
  (request) =>
    exec({ ...request, ...mortal(request) });
