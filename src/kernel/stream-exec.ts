import { spawn } from "node:child_process";
import { mortal } from "./mortal.ts";

export interface StreamRequest {
  readonly command: string;
  readonly args: readonly string[];
  readonly onData: (chunk: Buffer) => void;
  /** Ends the program. */
  readonly signal: AbortSignal;
}

/**
 * The door to programs that run on and on, beside `Exec`, which is for those that answer and end. Fulfilled when the
 * program has ended or could not be started, with its last words; never rejected.
 */
export type StreamExec = (request: StreamRequest) => Promise<string>;

/** How much of standard error is kept: its end says why. */
const KEPT = 2_000;

/** Runs the program on this machine, in this process's namespaces, for no longer than this process lives. */
export const processStreamExec: StreamExec = ({ command, args, onData, signal }) =>
  new Promise((resolve) => {
    if (signal.aborted) {
      resolve("");
      return;
    }
    let said = "";
    const words = mortal({ command, args });
    const child = spawn(words.command, words.args, { stdio: ["ignore", "pipe", "pipe"] });
    const kill = (): void => void child.kill("SIGKILL");
    const settle = (why: string): void => {
      signal.removeEventListener("abort", kill);
      resolve(why);
    };
    signal.addEventListener("abort", kill, { once: true });
    child.stdout.on("data", onData);
    child.stderr.on("data", (chunk: Buffer) => {
      said = (said + chunk.toString()).slice(-KEPT);
    });
    child.once("error", (error) => settle(`${command}: ${error.message}`));
    child.once("close", (code, killedBy) =>
      settle(said.trim() || `${command}: ended by ${killedBy ?? code}`),
    );
  });
