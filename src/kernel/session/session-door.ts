import { type ChildProcess, spawn } from "node:child_process";
import { mortal } from "../mortal.ts";
import { writeLines } from "../write-lines.ts";

/** A program to be kept open, and who listens to it. */
export interface SessionRequest {
  readonly command: string;
  readonly args: readonly string[];
  /** Added to this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  readonly onOutput: (chunk: string) => void;
  readonly onError: (chunk: string) => void;
  /** It has ended, or could not be started; told once. */
  readonly onEnd: (why: string) => void;
}

export interface OpenProgram {
  /** Whole lines, one text at a time; if this process dies, the program's input ends after a line. */
  readonly write: (input: string) => void;
  /** Ends it, whatever it does; fulfilled when it is gone, and so writes nothing any more. */
  readonly kill: () => Promise<void>;
}

/** The door to programs that are asked over and over, beside `Exec` for those that answer once; nothing here throws. */
export type SessionDoor = (request: SessionRequest) => OpenProgram;

/** A program that sleeps in the kernel takes no notice of SIGKILL; what is not gone by then is not waited for. */
const GONE_WITHIN_MS = 2_000;

function gone(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve();
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, GONE_WITHIN_MS);
    child.once("exit", () => {
      clearTimeout(timer);
      resolve();
    });
    child.kill("SIGKILL");
  });
}

/** Runs the program on this machine, in this process's namespaces, for no longer than this process lives. */
export const processSessionDoor: SessionDoor = ({ onOutput, onError, onEnd, env, ...program }) => {
  const { command, args } = mortal(program);
  const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["pipe", "pipe", "pipe"] });
  child.stdout.setEncoding("utf8").on("data", onOutput);
  child.stderr.setEncoding("utf8").on("data", onError);
  // A program that has ended closes the pipe; its end tells the story.
  child.stdin.on("error", () => undefined);
  child.once("error", (error) => onEnd(error.message));
  child.once("close", (code, signal) => onEnd(`ended by ${signal ?? `exit ${code}`}`));
  return {
    write: (input) => void writeLines(child.stdin, input),
    kill: async () => {
      await gone(child);
      // Its children may hold the pipes open as long as they like.
      for (const pipe of child.stdio) pipe?.destroy();
    },
  };
};

/** Puts words in front of every command, as `nsenter --net=… --` does. */
export function prefixSessionDoor(door: SessionDoor, prefix: readonly [string, ...string[]]): SessionDoor {
  const [command, ...first] = prefix;
  return (request) => door({ ...request, command, args: [...first, request.command, ...request.args] });
}
